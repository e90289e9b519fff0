//! Where the hub is, who asks, and how patiently.

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

    /// The options of the hub's own client: `HF_ENDPOINT`, `HF_TOKEN` (or the file that its login writes), and
    /// `HF_HUB_OFFLINE`.
    pub fn from_env() -> Self {
        let variable =
            |name| std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let endpoint = variable("HF_ENDPOINT").map(|url| url.trim_end_matches('/').to_owned());
        let is_true = |text: String| matches!(text.to_ascii_lowercase().as_str(), "1" | "on" | "yes" | "true");
        let token = variable("HF_TOKEN").or_else(|| variable("HUGGING_FACE_HUB_TOKEN")).or_else(|| {
            let home = variable("HF_HOME").or_else(|| variable("HOME").map(|home| home + "/.cache/huggingface"))?;
            let text = std::fs::read_to_string(format!("{home}/token")).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        });
        Self {
            datasets_server: endpoint.is_none().then(|| DATASETS_SERVER.to_owned()),
            token,
            is_offline: variable("HF_HUB_OFFLINE").is_some_and(is_true),
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

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        // The token is nobody's business.
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Options").field("endpoint", &self.endpoint).field("token", &token).finish_non_exhaustive()
    }
}
