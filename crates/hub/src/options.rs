//! Where the hub is, who asks, and how patiently.

use std::path::PathBuf;
use std::time::Duration;

const OFFICIAL: &str = "https://huggingface.co";
const DATASETS_SERVER: &str = "https://datasets-server.huggingface.co";

/// How to talk to the hub.
#[derive(Clone)]
pub struct Options {
    /// Scheme and host of the hub, or of a mirror.
    pub endpoint: String,
    /// Scheme and host of the service that knows conversions when the hub does not say; none for a mirror.
    pub datasets_server: Option<String>,
    /// Sent to the endpoint only.
    pub token: Option<String>,
    /// No network at all.
    pub is_offline: bool,
    /// How often something is tried in a row without a byte of progress.
    pub attempts: u32,
    /// The pause after the first failure; it doubles with each further one, up to [`Self::LONGEST_PAUSE`].
    pub pause: Duration,
    /// How long a silent server is waited for.
    pub timeout: Duration,
}

impl Options {
    /// No pause is longer, whatever a server asks for.
    pub const LONGEST_PAUSE: Duration = Duration::from_mins(1);

    /// The options that the environment gives, by the names that the hub's own client has for them. An empty variable is none.
    ///
    /// | variable | what it does |
    /// |---|---|
    /// | `HF_ENDPOINT` | Scheme and host of a mirror (`https://hub.example.org`). It is asked for everything, addresses of the official hub included, and neither the official hub nor its datasets server is. |
    /// | `HF_TOKEN` | Sent as `Authorization: Bearer …` to the endpoint, which is the mirror where there is one, and to no other scheme, host or port: neither to addresses elsewhere nor to where the endpoint redirects. It opens datasets that ask who reads them. |
    /// | `HUGGING_FACE_HUB_TOKEN` | The older name of `HF_TOKEN`, read if that is none. |
    /// | `HF_HOME` | The folder whose file `token` is read if neither is given (the hub's login writes it); `~/.cache/huggingface` by default, with `$XDG_CACHE_HOME` for `~/.cache`. Models are below it, in `hub`. |
    /// | `HF_TOKEN_PATH` | That file, where it is elsewhere. |
    /// | `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE` | The folder for models, where it is elsewhere ([`ModelHub::cache`](crate::ModelHub::cache)). |
    /// | `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE` | `1`, `on`, `yes` or `true`: nothing is asked for, and whatever would be is an error. |
    /// | `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` | The proxy: the first of them that is set. |
    /// | `NO_PROXY` | Hosts that are reached without it. |
    pub fn from_env() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let endpoint = variable("HF_ENDPOINT").map(|url| url.trim_end_matches('/').to_owned());
        let is_true = |text: String| matches!(text.to_ascii_lowercase().as_str(), "1" | "on" | "yes" | "true");
        let token = variable("HF_TOKEN").or_else(|| variable("HUGGING_FACE_HUB_TOKEN")).or_else(|| {
            let path = variable("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| Some(home(&get)?.join("token")))?;
            let text = std::fs::read_to_string(path).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        });
        Self {
            datasets_server: endpoint.is_none().then(|| DATASETS_SERVER.to_owned()),
            token,
            is_offline: ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find_map(variable).is_some_and(is_true),
            ..Self::at(&endpoint.unwrap_or_else(|| OFFICIAL.to_owned()))
        }
    }

    /// A hub at that address, nobody asking.
    pub fn at(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            datasets_server: None,
            token: None,
            is_offline: false,
            attempts: 5,
            pause: Duration::from_millis(500),
            timeout: Duration::from_mins(1),
        }
    }

    /// An address of the official hub at the endpoint in use.
    pub(crate) fn at_endpoint(&self, url: &str) -> String {
        match url.strip_prefix(OFFICIAL) {
            Some(rest) if rest.starts_with('/') => format!("{}{rest}", self.endpoint),
            _ => url.to_owned(),
        }
    }
}

/// The folder of the hub's own client, by the environment's variables.
pub(crate) fn home(get: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name| get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let cache = || folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home + "/.cache"));
    folder("HF_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(cache()?).join("huggingface")))
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        // The token is nobody's business.
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Options").field("endpoint", &self.endpoint).field("token", &token).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], endpoint: &str, token: Option<&str>, is_offline: bool) {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned());
        let options = Options::from_variables(find);
        assert_eq!((options.endpoint.as_str(), options.token.as_deref()), (endpoint, token), "{variables:?}");
        assert_eq!(options.is_offline, is_offline, "{variables:?}");
        assert_eq!(options.datasets_server.is_some(), endpoint == OFFICIAL, "{variables:?}");
    }

    #[test]
    fn the_environment_is_read() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().to_str().expect("a name");
        check(&[("HF_HOME", path)], OFFICIAL, None, false);
        std::fs::write(home.path().join("token"), "of the file\n").expect("a file");
        check(&[], OFFICIAL, None, false);
        check(&[("HF_HOME", path)], OFFICIAL, Some("of the file"), false);
        check(&[("HF_HOME", path), ("HUGGING_FACE_HUB_TOKEN", "old")], OFFICIAL, Some("old"), false);
        check(&[("HUGGING_FACE_HUB_TOKEN", "old"), ("HF_TOKEN", " new\n")], OFFICIAL, Some("new"), false);
        check(&[("HF_ENDPOINT", "https://a.org/"), ("HF_TOKEN", "")], "https://a.org", None, false);
        check(&[("HF_HUB_OFFLINE", "ON"), ("HF_ENDPOINT", " ")], OFFICIAL, None, true);
        check(&[("HF_HUB_OFFLINE", "0")], OFFICIAL, None, false);
    }

    #[test]
    fn only_the_official_hub_is_mirrored() {
        let options = Options::at("https://a.org");
        assert_eq!(options.at_endpoint("https://huggingface.co/x"), "https://a.org/x");
        for url in ["https://huggingface.co.b.org/x", "https://huggingface.co@b.org/x", "http://huggingface.co/x"] {
            assert_eq!(options.at_endpoint(url), url);
        }
    }
}
