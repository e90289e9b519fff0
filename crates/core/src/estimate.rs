//! A number with what is known about its error.

use serde::{Deserialize, Serialize};

/// A metric's value over `n` documents, with its uncertainty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value, in the metric's unit. What is not finite is text in JSON, which has no number for it.
    #[serde(with = "number")]
    pub value: f64,
    /// Standard error; `None` where it is not defined (one document).
    pub stderr: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// Documents that went in.
    pub n: u64,
    /// How error and interval were computed, in a few words (`mean, s/sqrt(n); Wilson 95 %`).
    pub method: String,
}

/// A number as JSON has it, or as text (`inf`, `-inf`, `NaN`).
mod number {
    use serde::de::{Error, Unexpected, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over like this")]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if number.is_finite() { serializer.serialize_f64(*number) } else { serializer.collect_str(number) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(Number)
    }

    struct Number;

    impl Visitor<'_> for Number {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a number, or inf, -inf or NaN as text")
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
            Ok(number)
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
            match text {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                "NaN" => Ok(f64::NAN),
                other => Err(E::invalid_value(Unexpected::Str(other), &self)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, json: &str) {
        let estimate = Estimate { value, stderr: None, low: None, high: None, n: 2, method: String::new() };
        let text = serde_json::to_string(&estimate).unwrap();
        assert!(text.contains(json), "{text}");
        let back: Estimate = serde_json::from_str(&text).unwrap();
        assert_eq!(back.value.to_string(), value.to_string());
    }

    #[test]
    fn what_is_not_finite_is_read_again() {
        check(0.25, "\"value\":0.25");
        check(f64::INFINITY, "\"value\":\"inf\"");
        check(f64::NEG_INFINITY, "\"value\":\"-inf\"");
        check(f64::NAN, "\"value\":\"NaN\"");
        let whole: Estimate =
            serde_json::from_str(r#"{"value":3,"stderr":null,"low":null,"high":null,"n":1,"method":""}"#).unwrap();
        assert!((whole.value - 3.0).abs() < 1e-12);
    }
}
