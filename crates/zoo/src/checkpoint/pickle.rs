//! Python's pickles, as far as a PyTorch checkpoint needs them. A pickle is a program for a stack machine that may call any
//! function of any module; this machine has the opcodes that build plain data, knows the few names that checkpoints use, and
//! calls nothing. Whatever else a pickle asks for is refused by its name.
//!
//! Values lie in one list and refer to each other by number, so that a pickle that quotes itself again and again costs no
//! more than its own length. Opcodes: `Lib/pickletools.py` of Python; what `torch.save` writes: `torch/serialization.py`.

use super::formats::Fault;
use super::stored::Kind;
use std::collections::BTreeMap;

/// The place of a value in [`Pickle::values`].
pub type Id = usize;

/// More dimensions than any tensor of a checkpoint has.
const MOST_DIMENSIONS: usize = 8;

/// What a pickle is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a str),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Name(Name),
    Storage(Storage<'a>),
    Tensor(View),
}

/// The names of other modules that a checkpoint may use.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// `collections.OrderedDict`: here a dictionary.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`: a view into a storage.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`: its first argument.
    RebuildParameter,
    /// `torch.FloatStorage` and its like, with the bytes of an element.
    Storage(Kind, usize),
}

/// A flat piece of memory that tensors are views of.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage<'a> {
    /// Which: the name of a file in the archive.
    pub key: &'a str,
    pub kind: Kind,
    /// Bytes of an element.
    pub size: usize,
    /// Its length in elements.
    pub len: usize,
}

/// A tensor: a storage looked at with strides, all in elements.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The place of the storage.
    pub storage: Id,
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

/// A pickle that has been read.
pub struct Pickle<'a> {
    pub values: Vec<Value<'a>>,
    /// The value it is a pickle of.
    pub top: Id,
    /// Its length in bytes.
    pub len: usize,
}

/// Values of the largest pickle that is read; those of models with thousands of tensors have some ten thousand.
const MOST_VALUES: usize = 1_000_000;

/// Reads one pickle from the beginning of `bytes`.
///
/// # Errors
/// It ends too early, is inconsistent, or asks for something else than data.
pub fn read(bytes: &[u8]) -> Result<Pickle<'_>, Fault> {
    let mut machine =
        Machine { bytes, at: 0, values: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: BTreeMap::new() };
    loop {
        let at = machine.at;
        let opcode = machine.take(1)?[0];
        if opcode == b'.' {
            let top = machine.pop()?;
            return Ok(Pickle { values: machine.values, top, len: machine.at });
        }
        machine.step(opcode, at)?;
        // A value takes a hundred times the bytes of its opcode.
        if machine.values.len() + machine.memo.len() + machine.marks.len() > MOST_VALUES {
            return Err(Fault::Refused(format!("it holds more than {MOST_VALUES} values: no state_dict does")));
        }
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// Heights of the stack at its marks.
    marks: Vec<usize>,
    memo: BTreeMap<usize, Id>,
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8, at: usize) -> Result<(), Fault> {
        match opcode {
            0x80 => self.take(1).map(drop)?, // the protocol's version
            0x95 => self.take(8).map(drop)?, // a frame's length
            b'N' => self.push(Value::None),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            b'K' => self.unsigned(1)?,
            b'M' => self.unsigned(2)?,
            b'J' => self.number(|bytes| Value::Int(i32::from_le_bytes(bytes).into()))?,
            b'G' => self.number(|bytes| Value::Float(f64::from_be_bytes(bytes)))?,
            0x8a => self.long()?,
            b'X' | b'T' => self.text(4)?, // T and U are Python 2's strings
            0x8c | b'U' => self.text(1)?,
            0x8d => self.text(8)?,
            b')' => self.push(Value::Tuple(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            b'(' => self.marks.push(self.stack.len()),
            0x85..=0x87 => self.tuple(usize::from(opcode - 0x84))?,
            b't' => self.since_mark().map(|items| self.push(Value::Tuple(items)))?,
            b'a' => self.pops(1).and_then(|items| self.append(items))?,
            b'e' => self.since_mark().and_then(|items| self.append(items))?,
            b's' => self.pops(2).and_then(|items| self.set(&items))?,
            b'u' => self.since_mark().and_then(|items| self.set(&items))?,
            b'q' => self.length(1).and_then(|key| self.put(key))?,
            b'r' => self.length(4).and_then(|key| self.put(key))?,
            0x94 => self.put(self.memo.len())?,
            b'h' => self.length(1).and_then(|key| self.get(key))?,
            b'j' => self.length(4).and_then(|key| self.get(key))?,
            b'c' => self.name()?,
            0x93 => self.stacked_name()?,
            b'Q' => self.storage()?,
            b'R' => self.call()?,
            b'b' => self.build()?,
            other => {
                let reason = format!("its pickle has the opcode {other:#04x} at byte {at}; {NO_CODE}");
                return Err(Fault::Refused(reason));
            }
        }
        Ok(())
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..n)).ok_or("its pickle is cut short")?;
        self.at += n;
        Ok(bytes)
    }

    /// An unsigned number of `n` bytes, at most eight.
    fn length(&mut self, n: usize) -> Result<usize, Fault> {
        let mut bytes = [0; 8];
        bytes[..n].copy_from_slice(self.take(n)?);
        usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| "its pickle has a length beyond all memory".into())
    }

    fn push(&mut self, value: Value<'a>) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    /// The uppermost value, which must be above the last mark.
    fn top(&self) -> Result<Id, Fault> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack[floor..].last().copied().ok_or_else(|| "its pickle takes from an empty stack".into())
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// The upper `n` values, the lowest first.
    fn pops(&mut self, n: usize) -> Result<Vec<Id>, Fault> {
        let mut popped = (0..n).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        popped.reverse();
        Ok(popped)
    }

    /// All values down to the last mark, the lowest first.
    fn since_mark(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.marks.pop().ok_or("its pickle looks for a mark that is not there")?;
        Ok(self.stack.split_off(mark))
    }

    fn unsigned(&mut self, n: usize) -> Result<(), Fault> {
        let number = self.length(n)?;
        self.push(Value::Int(number as i128));
        Ok(())
    }

    fn number<const N: usize>(&mut self, read: impl Fn([u8; N]) -> Value<'a>) -> Result<(), Fault> {
        let bytes = self.take(N)?.try_into().map_err(|_| "its pickle is cut short")?;
        self.push(read(bytes));
        Ok(())
    }

    /// A little-endian integer in two's complement.
    fn long(&mut self) -> Result<(), Fault> {
        let n = self.length(1)?;
        let bytes = self.take(n)?;
        let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut wide = [fill; 16];
        wide.get_mut(..n).ok_or("its pickle has an integer beyond 128 bits")?.copy_from_slice(bytes);
        self.push(Value::Int(i128::from_le_bytes(wide)));
        Ok(())
    }

    fn text(&mut self, n: usize) -> Result<(), Fault> {
        let len = self.length(n)?;
        let text = std::str::from_utf8(self.take(len)?).map_err(|error| format!("a text in its pickle: {error}"))?;
        self.push(Value::Text(text));
        Ok(())
    }

    fn tuple(&mut self, n: usize) -> Result<(), Fault> {
        let items = self.pops(n)?;
        self.push(Value::Tuple(items));
        Ok(())
    }

    fn append(&mut self, items: Vec<Id>) -> Result<(), Fault> {
        let list = self.top()?;
        let Value::List(list) = &mut self.values[list] else { return Err("its pickle appends to no list".into()) };
        list.extend(items);
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Result<(), Fault> {
        let dict = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match &mut self.values[dict] {
            Value::Dict(dict) if rest.is_empty() => dict.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            _ => return Err("its pickle sets keys of no dictionary".into()),
        }
        Ok(())
    }

    fn put(&mut self, key: usize) -> Result<(), Fault> {
        self.memo.insert(key, self.top()?);
        Ok(())
    }

    fn get(&mut self, key: usize) -> Result<(), Fault> {
        let id = self.memo.get(&key).ok_or("its pickle quotes a value that it does not have")?;
        self.stack.push(*id);
        Ok(())
    }

    fn line(&mut self) -> Result<&'a str, Fault> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|byte| *byte == b'\n').ok_or("its pickle is cut short")?;
        self.at += len + 1;
        std::str::from_utf8(&rest[..len]).map_err(|_| "its pickle has a name that is not UTF-8".into())
    }

    fn name(&mut self) -> Result<(), Fault> {
        let (module, name) = (self.line()?, self.line()?);
        self.push(Value::Name(known(module, name)?));
        Ok(())
    }

    fn stacked_name(&mut self) -> Result<(), Fault> {
        let parts = self.pops(2)?;
        let (Value::Text(module), Value::Text(name)) = (&self.values[parts[0]], &self.values[parts[1]]) else {
            return Err("its pickle takes a name from something that is no text".into());
        };
        let name = known(module, name)?;
        self.push(Value::Name(name));
        Ok(())
    }

    /// `("storage", torch.FloatStorage, key, device, elements)`, and `None` for a view in older files.
    fn storage(&mut self) -> Result<(), Fault> {
        let id = self.pop()?;
        let parts = match &self.values[id] {
            Value::Tuple(parts) => parts.iter().map(|&part| &self.values[part]).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let [Value::Text("storage"), Value::Name(Name::Storage(kind, size)), Value::Text(key), _, len, rest @ ..] =
            &parts[..]
        else {
            return Err("its pickle refers to something outside that is no storage".into());
        };
        if !matches!(rest, [] | [Value::None]) {
            return Err(Fault::Refused("a storage is a view of another one; save it with a newer PyTorch".to_owned()));
        }
        let len = size_of(len).ok_or("its pickle has a storage without a length")?;
        let storage = Storage { key, kind: kind.clone(), size: *size, len };
        self.push(Value::Storage(storage));
        Ok(())
    }

    fn call(&mut self) -> Result<(), Fault> {
        let parts = self.pops(2)?;
        let (Value::Name(name), Value::Tuple(arguments)) = (&self.values[parts[0]], &self.values[parts[1]]) else {
            return Err(Fault::Refused(format!("its pickle calls something that is no name; {NO_CODE}")));
        };
        match (name, &arguments[..]) {
            (Name::OrderedDict, []) => self.push(Value::Dict(Vec::new())),
            (Name::RebuildParameter, &[tensor, ..]) => self.stack.push(tensor),
            (Name::RebuildTensor, &[storage, offset, shape, strides, ..]) => {
                let view =
                    self.view(storage, offset, shape, strides).ok_or("its pickle has a tensor without a shape")?;
                self.push(Value::Tensor(view));
            }
            _ => return Err(format!("its pickle calls {name:?} with the wrong arguments").into()),
        }
        Ok(())
    }

    fn view(&self, storage: Id, offset: Id, shape: Id, strides: Id) -> Option<View> {
        let sizes = |id: Id| match &self.values[id] {
            Value::Tuple(sizes) if sizes.len() <= MOST_DIMENSIONS => {
                sizes.iter().map(|&id| size_of(&self.values[id])).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        let (shape, strides) = (sizes(shape)?, sizes(strides)?);
        matches!(self.values[storage], Value::Storage(_)).then_some(())?;
        let view = View { storage, offset: size_of(&self.values[offset])?, shape, strides };
        (view.shape.len() == view.strides.len()).then_some(view)
    }

    /// Sets attributes. A dictionary has them (`_metadata`), and they say nothing about the tensors.
    fn build(&mut self) -> Result<(), Fault> {
        self.pop()?;
        match self.values[self.top()?] {
            Value::Dict(_) => Ok(()),
            _ => {
                Err(Fault::Refused(format!("its pickle sets the state of something that is no dictionary; {NO_CODE}")))
            }
        }
    }
}

const NO_CODE: &str = "yardstick runs no code that a file brings: save the model's state_dict, or use safetensors";

fn size_of(value: &Value) -> Option<usize> {
    if let Value::Int(n) = value { usize::try_from(*n).ok() } else { None }
}

/// The names that data may have; everything else is refused by its own.
fn known(module: &str, name: &str) -> Result<Name, Fault> {
    let other = |name: &str| Kind::Other(name.to_owned());
    Ok(match (module, name) {
        ("collections", "OrderedDict") => Name::OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2") => Name::RebuildTensor,
        ("torch._utils", "_rebuild_parameter") => Name::RebuildParameter,
        ("torch", "FloatStorage") => Name::Storage(Kind::F32, 4),
        ("torch", "HalfStorage") => Name::Storage(Kind::F16, 2),
        ("torch", "BFloat16Storage") => Name::Storage(Kind::Bf16, 2),
        ("torch", "DoubleStorage" | "LongStorage") => Name::Storage(other(name), 8),
        ("torch", "IntStorage") => Name::Storage(other(name), 4),
        ("torch", "ShortStorage") => Name::Storage(other(name), 2),
        ("torch", "CharStorage" | "ByteStorage" | "BoolStorage") => Name::Storage(other(name), 1),
        _ => {
            let reason = format!("its pickle asks for {module}.{name}, which is no part of a checkpoint; {NO_CODE}");
            return Err(Fault::Refused(reason));
        }
    })
}
