//! As much of protobuf's wire format as a sentencepiece model needs: fields in the order of the file, nothing copied, no
//! length believed that the bytes do not hold.

/// One field of a message.
#[derive(Debug, PartialEq)]
pub enum Value<'a> {
    /// Wire types 0, 1 and 5: an integer, or the bits of a float.
    Number(u64),
    /// Wire type 2: text, bytes or a message.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A number that is not zero.
    pub fn flag(&self) -> Result<bool, String> {
        Ok(self.number()? != 0)
    }

    /// A number.
    pub fn number(&self) -> Result<u64, String> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Bytes(_) => Err("a number is written as bytes".to_owned()),
        }
    }

    /// An f32 from the low 32 bits.
    pub fn float(&self) -> Result<f32, String> {
        let bits = u32::try_from(self.number()?).map_err(|_| "a float has more than 32 bits".to_owned())?;
        Ok(f32::from_bits(bits))
    }

    /// Bytes.
    pub fn bytes(&self) -> Result<&'a [u8], String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Number(_) => Err("bytes are written as a number".to_owned()),
        }
    }
}

/// The fields of a message one after another: number and value, or what is wrong with the bytes.
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `bytes`.
    pub const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = u64::from(self.take(1)?[0]);
            if shift == 63 && byte > 1 {
                break;
            }
            number |= (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(format!("byte {}: a number is longer than 64 bits", self.at))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let Some(taken) = rest.get(..len) else {
            return Err(format!("byte {}: {len} bytes are announced and {} are left", self.at, rest.len()));
        };
        self.at += len;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), String> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Number(little_endian(self.take(8)?)),
            2 => {
                let len = self.varint()?;
                Value::Bytes(self.take(usize::try_from(len).unwrap_or(usize::MAX))?)
            }
            5 => Value::Number(little_endian(self.take(4)?)),
            other => return Err(format!("byte {}: no field begins like this (wire type {other})", self.at)),
        };
        Ok((key >> 3, value))
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.at = self.bytes.len(); // nothing behind a broken field can be found
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], wanted: &[Result<(u64, Value), &str>]) {
        let found: Vec<_> = Fields::of(bytes).collect();
        assert_eq!(found.len(), wanted.len(), "{bytes:x?}: {found:?}");
        for (found, wanted) in found.iter().zip(wanted) {
            match (found, wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{bytes:x?}"),
                (Err(found), Err(wanted)) => assert!(found.contains(wanted), "{bytes:x?}: {found}"),
                (found, wanted) => panic!("{bytes:x?}: {found:?} instead of {wanted:?}"),
            }
        }
    }

    #[test]
    fn fields() {
        check(&[], &[]);
        check(&[0x08, 0x96, 0x01], &[Ok((1, Value::Number(150)))]);
        check(&[0x12, 2, b'h', b'i', 0x18, 0], &[Ok((2, Value::Bytes(b"hi"))), Ok((3, Value::Number(0)))]);
        check(&[0x15, 0, 0, 0x80, 0x3f], &[Ok((2, Value::Number(0x3f80_0000)))]);
        check(&[0x09, 1, 0, 0, 0, 0, 0, 0, 0x80], &[Ok((1, Value::Number(1 << 63 | 1)))]);
        let largest = [&[0x08][..], &[0xff; 9], &[1]].concat();
        check(&largest, &[Ok((1, Value::Number(u64::MAX)))]);
    }

    #[test]
    fn damage() {
        check(&[0x0a, 3, b'h', b'i'], &[Err("3 bytes are announced and 2 are left")]);
        check(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0], &[Err("are announced and 1 are left")]);
        check(&[0x08, 0x80], &[Err("1 bytes are announced and 0 are left")]);
        check(&[[0x08].as_slice(), &[0xff; 10]].concat(), &[Err("longer than 64 bits")]);
        check(&[0x0b, 1], &[Err("wire type 3")]);
        assert!(Value::Bytes(b"").number().is_err() && Value::Number(1).bytes().is_err());
        assert!(Value::Number(1 << 32).float().is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let fields: Vec<_> = Fields::of(&bytes).collect();
            prop_assert!(fields.len() <= bytes.len());
            prop_assert!(fields.iter().rev().skip(1).all(Result::is_ok), "nothing follows an error");
        }
    }
}
