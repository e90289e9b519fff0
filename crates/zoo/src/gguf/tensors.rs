//! The tensors of a GGUF file under their families' names, with what the conversion did to them undone.

use super::architectures::{Architecture, Change, find};
use super::header::Info;
use super::keys::Keys;
use crate::checkpoint::{Fault, Kind, Layout, Place, Stored, Tensors, elements};
use candle_core::quantized::GgmlDType;

/// All tensors.
///
/// # Errors
/// One is outside the file, of an unknown type, or has no place in the architecture.
pub fn all(keys: &Keys) -> Result<Tensors, Fault> {
    let architecture = find(keys)?;
    let heads = Heads::of(keys)?;
    let known = keys.tensors().iter().filter(|info| info.name != ROPE);
    known.map(|info| tensor(keys, architecture, &heads, info)).collect()
}

/// How much each frequency is stretched: in the file a tensor, for the family part of the configuration.
pub const ROPE: &str = "rope_freqs.weight";

/// What undoing needs to know.
struct Heads {
    queries: usize,
    keys: usize,
}

impl Heads {
    fn of(keys: &Keys) -> Result<Self, Fault> {
        let queries = keys.size(".attention.head_count")?;
        let kv = keys.optional_size(".attention.head_count_kv")?.unwrap_or(queries).max(1);
        Ok(Self { queries: queries as usize, keys: kv as usize })
    }
}

fn tensor(keys: &Keys, architecture: &Architecture, heads: &Heads, info: &Info) -> Result<(String, Stored), Fault> {
    let (name, change) = rename(architecture, &info.name).ok_or_else(|| {
        let reason = format!("tensor {:?} has no place in the architecture {:?}", info.name, architecture.name);
        Fault::Refused(format!("{reason} as yardstick knows it"))
    })?;
    let stored = plain(keys, info)?;
    let undone = undo(change, stored, heads).ok_or_else(|| {
        format!("tensor {:?} of shape {:?} does not fit {} heads", info.name, info.shape, heads.queries)
    })?;
    Ok((name, undone))
}

/// The family's name of a tensor.
fn rename(architecture: &Architecture, name: &str) -> Option<(String, Change)> {
    let (module, end) = name.rsplit_once('.').filter(|(_, end)| matches!(*end, "weight" | "bias"))?;
    let (before, module, rules) = match module.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
        Some((layer, module)) => {
            let layer: usize = layer.parse().ok()?;
            (format!("{}{layer}.", architecture.layers), module, architecture.layer)
        }
        None => (String::new(), module, architecture.top),
    };
    let (_, to, change) = rules.iter().find(|(from, ..)| *from == module)?;
    Some((format!("{before}{to}.{end}"), *change))
}

/// A tensor as it lies in the file.
fn plain(keys: &Keys, info: &Info) -> Result<Stored, Fault> {
    let kind = kind(info)?;
    let n = elements(&info.shape).filter(|n| *n > 0);
    let whole_rows = info.shape.last().is_some_and(|columns| kind.bytes(*columns).is_some());
    let len = n.filter(|_| whole_rows).and_then(|n| kind.bytes(n));
    let len = len.ok_or_else(|| format!("tensor {:?} has the impossible shape {:?}", info.name, info.shape))?;
    let end = info.start.checked_add(len).filter(|end| *end <= keys.bytes().len());
    let end = end.ok_or_else(|| format!("tensor {:?} goes past the end of the file", info.name))?;
    Ok(Stored { kind, shape: info.shape.clone(), place: Place::Plain(info.start..end), layout: Layout::Rows })
}

/// The element type by GGML's number (`enum ggml_type`).
fn kind(info: &Info) -> Result<Kind, Fault> {
    Ok(match info.kind {
        0 => Kind::F32,
        1 => Kind::F16,
        30 => Kind::Bf16,
        2 => Kind::Blocks(GgmlDType::Q4_0),
        3 => Kind::Blocks(GgmlDType::Q4_1),
        6 => Kind::Blocks(GgmlDType::Q5_0),
        7 => Kind::Blocks(GgmlDType::Q5_1),
        8 => Kind::Blocks(GgmlDType::Q8_0),
        10 => Kind::Blocks(GgmlDType::Q2K),
        11 => Kind::Blocks(GgmlDType::Q3K),
        12 => Kind::Blocks(GgmlDType::Q4K),
        13 => Kind::Blocks(GgmlDType::Q5K),
        14 => Kind::Blocks(GgmlDType::Q6K),
        other => {
            let name = UNREAD.iter().find(|(number, _)| *number == other).map_or("an unknown type", |(_, name)| name);
            let reason = format!("tensor {:?} is stored as {name} (GGML's type {other}), which is not read", info.name);
            return Err(Fault::Refused(format!("{reason}; quantise to q8_0, q6_k, q5_k, q4_k or q4_0")));
        }
    })
}

/// Types that are known by name alone.
static UNREAD: &[(u32, &str)] = &[
    (9, "q8_1"),
    (15, "q8_k"),
    (16, "iq2_xxs"),
    (17, "iq2_xs"),
    (18, "iq3_xxs"),
    (19, "iq1_s"),
    (20, "iq4_nl"),
    (21, "iq3_s"),
    (22, "iq2_s"),
    (23, "iq4_xs"),
    (24, "i8"),
    (25, "i16"),
    (26, "i32"),
    (27, "i64"),
    (28, "f64"),
    (29, "iq1_m"),
    (34, "tq1_0"),
    (35, "tq2_0"),
    (39, "mxfp4"),
    (40, "nvfp4"),
];

/// The tensor as its family has it; `None` where its shape does not allow that.
fn undo(change: Change, stored: Stored, heads: &Heads) -> Option<Stored> {
    let rows = *stored.shape.first()?;
    let inner: usize = stored.shape[1..].iter().product();
    let rotated = |heads: usize| {
        let half = rows.is_multiple_of(2 * heads).then_some(rows / heads / 2)?;
        Some(Layout::Swapped { outer: heads, a: half, b: 2, inner })
    };
    let (layout, shape) = match (change, &stored.shape[..]) {
        (Change::Turned, &[a, b]) => (Layout::Swapped { outer: 1, a, b, inner: 1 }, vec![b, a]),
        (Change::Keep | Change::Turned, shape) => (Layout::Rows, shape.to_vec()),
        (Change::Norm, shape) => (Layout::LessOne, shape.to_vec()),
        (Change::Queries, shape) => (rotated(heads.queries)?, shape.to_vec()),
        (Change::Keys, shape) => (rotated(heads.keys)?, shape.to_vec()),
        (Change::Joined, shape) => {
            let of_head = rows.is_multiple_of(3 * heads.queries).then_some(rows / 3 / heads.queries * inner)?;
            (Layout::Swapped { outer: 1, a: 3, b: heads.queries, inner: of_head }, shape.to_vec())
        }
    };
    Some(Stored { shape, layout, ..stored })
}

#[cfg(test)]
mod tests {
    use super::super::architectures::ARCHITECTURES;
    use super::*;

    #[test]
    fn names_lead_to_one_place_each() {
        for architecture in ARCHITECTURES {
            for rules in [architecture.top, architecture.layer] {
                for (i, (from, to, _)) in rules.iter().enumerate() {
                    assert!(rules[..i].iter().all(|(f, t, _)| f != from && t != to), "{}: {from}", architecture.name);
                }
            }
        }
    }

    #[test]
    fn names() {
        let rename = |architecture: usize, name| rename(&ARCHITECTURES[architecture], name).map(|(name, _)| name);
        for (name, expected) in [
            ("blk.11.attn_qkv.bias", Some("transformer.h.11.attn.c_attn.bias")),
            ("token_embd.weight", Some("transformer.wte.weight")),
            ("blk.x.attn_qkv.bias", None),
            ("blk.0.token_embd.weight", None),
            ("attn_qkv.weight", None),
            ("blk.0.attn_qkv", None),
            ("output", None),
        ] {
            assert_eq!(rename(0, name).as_deref(), expected, "{name}");
        }
    }

    /// What the gguf package made of each type (`tests/fixtures/formats/generate.py`), bit for bit.
    #[test]
    fn blocks_hold_what_the_reference_reads_in_them() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/formats/blocks.gguf");
        let bytes = std::fs::read(path).unwrap();
        let header = super::super::header::Header::read(&bytes).unwrap();
        let keys = Keys::new(&header, &bytes).unwrap();
        let read = |info: &Info| {
            let tensor = plain(&keys, info).unwrap().read(&bytes).unwrap();
            let values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            values.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let mut n = 0;
        for info in keys.tensors() {
            if let Some(name) = info.name.strip_suffix(".expected") {
                let stored = keys.tensor(name).unwrap();
                assert_eq!(kind(stored).unwrap().name().unwrap(), name);
                assert_eq!((&stored.shape[..], read(stored)), (&[2, 512][..], read(info)), "{name}");
                n += 1;
            }
        }
        assert_eq!(n, 12);
    }

    #[test]
    fn what_does_not_divide_is_refused() {
        let stored = |shape: &[usize]| Stored {
            kind: Kind::F32,
            shape: shape.to_vec(),
            place: Place::Plain(0..0),
            layout: Layout::Rows,
        };
        let heads = Heads { queries: 4, keys: 2 };
        assert!(undo(Change::Queries, stored(&[12, 5]), &heads).is_none());
        assert!(undo(Change::Joined, stored(&[16, 5]), &heads).is_none());
        assert!(undo(Change::Keys, stored(&[]), &heads).is_none());
        let keys = undo(Change::Keys, stored(&[12, 5]), &heads).unwrap();
        assert_eq!(keys.layout, Layout::Swapped { outer: 2, a: 3, b: 2, inner: 5 });
    }
}
