//! How far each layer sees, where layers differ.

use crate::ZooError;
use crate::config::Config;
use crate::layers::Window;

/// The reach of each of `n_layer` layers: by `layer_types` (`full_attention`, `sliding_attention`), or where that is absent
/// by `is_sliding`. The reach of sliding layers is `sliding_window`.
///
/// # Errors
/// Another type of layer, another number of types than layers, or sliding layers without a window.
pub fn windows(config: &Config, n_layer: usize, is_sliding: impl Fn(usize) -> bool) -> Result<Vec<Window>, ZooError> {
    let sliding: Vec<bool> = match config.texts("layer_types")? {
        None => (0..n_layer).map(is_sliding).collect(),
        Some(types) if types.len() == n_layer => {
            types.iter().map(|name| of_name(config, name)).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(config.wrong("layer_types", &format!("a type for each of {n_layer} layers"))),
    };
    let window =
        |sliding: bool| if sliding { Ok(Window::Local(config.size("sliding_window")?)) } else { Ok(Window::Global) };
    sliding.into_iter().map(window).collect()
}

fn of_name(config: &Config, name: &str) -> Result<bool, ZooError> {
    match name {
        "full_attention" => Ok(false),
        "sliding_attention" => Ok(true),
        _ => {
            Err(config
                .wrong("layer_types", &format!("full_attention or sliding_attention, not {name:?}, for each layer")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Window::{Global, Local};

    fn check(json: &str, expected: Result<&[Window], &str>) {
        let config = Config::parse("c.json".to_owned(), json.as_bytes()).unwrap();
        match (windows(&config, 3, |i| i == 1), expected) {
            (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{json}"),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, _) => panic!("{json}: {found:?}"),
        }
    }

    #[test]
    fn layers_slide_or_see_everything() {
        check(r#"{"sliding_window": 8}"#, Ok(&[Global, Local(8), Global]));
        let listed =
            r#"{"sliding_window": 4, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}"#;
        check(listed, Ok(&[Local(4), Global, Local(4)]));
        check("{}", Err("`sliding_window` must be an integer"));
        check(r#"{"layer_types": ["full_attention"]}"#, Err("a type for each of 3 layers"));
        let chunked = r#"{"layer_types": ["full_attention", "chunked_attention", "full_attention"]}"#;
        check(chunked, Err("not \"chunked_attention\""));
    }
}
