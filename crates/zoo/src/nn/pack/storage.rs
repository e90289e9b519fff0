//! The kinds of memory that weights can be held in.

/// How weights are held in memory. Arithmetic is f32 whatever the kind, on exactly the numbers that are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    #[default]
    F32,
    /// Rounded to bfloat16, to nearest even: half the memory, 8 bits of precision.
    Bf16,
    /// Whole numbers from -127 to 127 times one f32 for each output, its largest weight / 127: a quarter of the memory.
    Int8,
    /// Whole numbers from -7 to 7 times one f32 for each 32 inputs of each output, their largest weight / 7: five bits a
    /// weight. Divided by that f32 and rounded to the nearest whole number, to an even one from halfway.
    Int4,
}

impl Storage {
    /// Every kind, the exact one first and then by size.
    pub const ALL: [Self; 4] = [Self::F32, Self::Bf16, Self::Int8, Self::Int4];

    /// Its name in the model's card, and behind the colon of a reference.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
            Self::Int4 => "int4",
        }
    }

    /// Bits a weight, scales of four-bit numbers among them; those of eight-bit ones are one f32 an output, which is next to nothing.
    pub const fn bits(self) -> u64 {
        match self {
            Self::F32 => 32,
            Self::Bf16 => 16,
            Self::Int8 => 8,
            Self::Int4 => 5,
        }
    }

    /// The kind called `name`.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|storage| storage.name() == name)
    }

    /// What a model is called with its weights held so: rounded ones are another protocol, and the name says so.
    pub fn label(self, model: &str) -> String {
        if self == Self::F32 { model.to_owned() } else { format!("{model}-{}", self.name()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels() {
        assert_eq!(Storage::ALL.map(Storage::name).map(Storage::of_name), Storage::ALL.map(Some));
        assert_eq!(["F32", "int5", ""].map(Storage::of_name), [None; 3]);
        assert_eq!(Storage::ALL.map(|storage| storage.label("m")), ["m", "m-bf16", "m-int8", "m-int4"]);
    }
}
