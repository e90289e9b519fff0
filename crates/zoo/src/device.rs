//! Where a model computes.

use crate::ZooError;
use crate::tensors::Accelerator;
use std::fmt;

/// Where a model computes: on the processor with this project's kernels, or on candle's tensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// This project's kernels.
    #[default]
    Cpu,
    /// candle's own code for the processor: slow, and a second opinion on the kernels.
    Candle,
    /// An NVIDIA GPU, by its number.
    Cuda(usize),
    /// An Apple GPU, by its number.
    Metal(usize),
}

/// What a device is called before its number, as the feature that builds it, and whether this program was built with it.
const KINDS: &[(&str, bool)] =
    &[("cpu", true), ("candle-cpu", true), ("cuda", cfg!(feature = "cuda")), ("metal", cfg!(feature = "metal"))];

impl Device {
    /// The kinds that this program was built with, as [`Self::parse`] takes them.
    pub fn names() -> String {
        let built = KINDS.iter().filter(|(_, is_built)| *is_built);
        built.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// `cpu`, `candle-cpu`, `cuda`, `cuda:1`, `metal`, …; without a number the first one is meant.
    ///
    /// # Errors
    /// Another name, or a kind that this program was built without.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
        let known = KINDS.iter().find(|(known, _)| *known == name);
        let unknown = || format!("{text:?} is no device: give one of {}", Self::names());
        let &(_, is_built) = known.ok_or_else(unknown)?;
        if !is_built {
            return Err(format!(
                "this yardstick was built without {name}: build it with `cargo build --release --features {name}`, \
                 or give one of {}",
                Self::names()
            ));
        }
        let index = number.map(|number| number.parse().map_err(|_| unknown())).transpose()?;
        match (name, index) {
            ("cpu", None) => Ok(Self::Cpu),
            ("candle-cpu", None) => Ok(Self::Candle),
            ("cuda", _) => Ok(Self::Cuda(index.unwrap_or(0))),
            ("metal", _) => Ok(Self::Metal(index.unwrap_or(0))),
            _ => Err(unknown()),
        }
    }

    /// Its kind, in a model's card: devices of a kind are not told apart.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Candle => "candle-cpu",
            Self::Cuda(_) => "cuda",
            Self::Metal(_) => "metal",
        }
    }

    /// Whether it has memory of its own, beside the processor's.
    pub const fn has_own_memory(self) -> bool {
        matches!(self, Self::Cuda(_))
    }

    /// Whether it is there and ready.
    ///
    /// # Errors
    /// [`ZooError::Device`].
    pub fn check(self) -> Result<(), ZooError> {
        self.open().map(drop)
    }

    /// Memory of its own that is free, bytes; `None` where it is the processor's, or where nothing tells.
    pub fn free_memory(self) -> Option<u64> {
        self.open().ok().flatten()?.free_memory()
    }

    /// What is needed to compute there; `None` for the processor.
    pub(crate) fn open(self) -> Result<Option<Accelerator>, ZooError> {
        (self != Self::Cpu).then(|| Accelerator::open(self)).transpose()
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Cuda(index) | Self::Metal(index) => write!(f, ":{index}"),
            Self::Cpu | Self::Candle => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(Device::parse("cpu"), Ok(Device::Cpu));
        assert_eq!(Device::parse("candle-cpu"), Ok(Device::Candle));
        for bad in ["", "gpu", "cpu:1", "candle-cpu:0", "CPU"] {
            let message = Device::parse(bad).unwrap_err();
            assert!(message.contains("give one of cpu, candle-cpu"), "{message}");
        }
    }

    #[test]
    fn what_was_not_built_says_how_to_build_it() {
        for (name, is_built) in KINDS {
            let parsed = Device::parse(name);
            assert_eq!(parsed.is_ok(), *is_built, "{name}");
            if let Err(message) = parsed {
                assert!(message.contains(&format!("--features {name}")), "{message}");
            }
        }
    }

    #[test]
    fn devices_have_numbers() {
        for (name, wanted) in [("cuda", Device::Cuda(0)), ("cuda:3", Device::Cuda(3)), ("metal:1", Device::Metal(1))] {
            if KINDS.iter().any(|(kind, is_built)| *kind == wanted.kind() && *is_built) {
                assert_eq!(Device::parse(name), Ok(wanted));
                assert!(Device::parse(&format!("{}:x", wanted.kind())).is_err());
            }
            assert!(wanted.to_string().starts_with(name), "{wanted}");
        }
    }
}
