//! Files that the formats' own libraries wrote (`tests/fixtures/formats/generate.py`), and files that nobody should write.

use super::formats::{FORMATS, Fault, Tensors};
use super::stored::Kind;
use super::{archive, is_mask, npz, pickle, safetensors, torch};
use std::path::Path;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/formats").join(name)).unwrap()
}

/// Shape and values of a tensor.
fn read(tensors: &Tensors, bytes: &[u8], name: &str) -> (Vec<usize>, Vec<f32>) {
    let (_, stored) = tensors.iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("{name} is missing"));
    let tensor = stored.read(bytes).unwrap();
    (tensor.dims().to_vec(), tensor.flatten_all().unwrap().to_vec1().unwrap())
}

/// The file holds what the safetensors file says, and besides tensors of the types `others`.
fn check(file: &str, parse: fn(&[u8]) -> Result<Tensors, Fault>, expected: &str, others: &[(&str, &str)]) {
    let (bytes, expected_bytes) = (fixture(file), fixture(expected));
    let (found, expected) = (parse(&bytes).unwrap(), safetensors::parse(&expected_bytes).unwrap());
    for (name, _) in &expected {
        let (found, expected) = (read(&found, &bytes, name), read(&expected, &expected_bytes, name));
        assert_eq!(found, expected, "{file}: {name}");
    }
    for (name, kind) in others {
        let (_, stored) = found.iter().find(|(other, _)| other == name).unwrap();
        assert_eq!(stored.kind, Kind::Other((*kind).to_owned()), "{file}: {name}");
    }
    assert_eq!(found.len(), expected.len() + others.len(), "{file}");
}

#[test]
fn files_of_pytorch() {
    let others = [("mask", "BoolStorage"), ("ids", "LongStorage"), ("double", "DoubleStorage")];
    for file in ["zipped.bin", "pickled.bin"] {
        check(file, torch::parse, "views.safetensors", &others);
    }
}

#[test]
fn archives_of_numpy() {
    let others = [("double", "<f8"), ("ids", "<i8"), ("mask", "|b1")];
    for file in ["stored.npz", "deflated.npz"] {
        check(file, npz::parse, "arrays.safetensors", &others);
    }
}

#[test]
fn every_cut_of_every_file_is_an_error() {
    for (file, format) in [("zipped.bin", 1), ("pickled.bin", 1), ("stored.npz", 2), ("deflated.npz", 2)] {
        let bytes = fixture(file);
        for len in 0..bytes.len() {
            assert!((FORMATS[format].parse)(&bytes[..len]).is_err(), "{file}: {len} of {} bytes", bytes.len());
        }
    }
}

fn refused(pickle: &[u8], words: &str) {
    match pickle::read(pickle).err() {
        Some(Fault::Refused(reason)) => assert!(reason.contains(words), "{reason}"),
        other => panic!("{other:?} instead of: {words}"),
    }
}

#[test]
fn a_pickle_that_calls_is_refused_by_what_it_calls() {
    refused(b"\x80\x02cposix\nsystem\n(X\x02\0\0\0lstR.", "asks for posix.system, which is no part of a checkpoint");
    refused(b"cbuiltins\neval\n.", "asks for builtins.eval");
    refused(b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "asks for os.system");
    refused(b"ctorch._utils\n_rebuild_tensor_v3\n.", "asks for torch._utils._rebuild_tensor_v3");
    refused(b"c__torch__\nModule\n.", "asks for __torch__.Module");
    refused(b"X\x01\0\0\0a)R.", "calls something that is no name");
    refused(b"N}b.", "sets the state of something that is no dictionary");
    refused(b"(i__main__\nx\n.", "the opcode 0x69 at byte 1");
    refused(b"ccollections\nOrderedDict\n)\x81.", "the opcode 0x81");
}

#[test]
fn damaged_pickles() {
    for pickle in [
        &b""[..],
        b".",
        b"(.",
        b"t.",
        b"(\x85.",
        b"N(\x85.",
        b"h\x07.",
        b"X\xff\xff\xff\xffa.",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.",
        b"\x8a\xff.",
        b"Na.",
        b"}Ne.",
        b"}(Nu.",
        b"NQ.",
        b"X\x01\0\0\0\xff.",
        b"ctorch",
        b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
        b"ccollections\nOrderedDict\n(NtR.",
    ] {
        assert!(matches!(pickle::read(pickle), Err(Fault::Damaged(_))), "{pickle:?}");
    }
}

#[test]
fn a_pickle_that_quotes_itself_costs_its_length() {
    // Each tuple holds the one before twice: written out, 2⁵⁰ values.
    let mut bomb = b"Nq\0".to_vec();
    for i in 0..50_u8 {
        bomb.extend([b'h', i, b'h', i, 0x86, b'q', i + 1]);
    }
    bomb.push(b'.');
    assert_eq!(pickle::read(&bomb).unwrap().values.len(), 51);
}

/// `{"w": tensor}` with a storage of six f32 under the key 0, as the pickle of an archive.
fn state_dict(view: &[u8]) -> Vec<u8> {
    let storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x06tQ";
    [b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(", &storage[..], view, b"\x89}tRs."].concat()
}

#[test]
fn views_stay_inside_their_storage() {
    // offset, shape, strides
    for (view, words) in [
        (&b"K\x01K\x02K\x03\x86K\x03K\x01\x86"[..], "past the end of its storage"),
        (b"K\0K\x02K\x03\x86K\x04K\x01\x86", "past the end of its storage"),
        (b"K\0K\x02K\x04\x86K\0K\0\x86", "more elements than its storage"),
        (b"K\0\x8a\x08\0\0\0\0\0\0\0\x10\x8a\x08\0\0\0\0\0\0\0\x10\x86K\0K\0\x86", "its shape overflows"),
        (b"K\0K\x06\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", "past the end of its storage"),
        (b"J\xff\xff\xff\xffK\x06\x85K\x01\x85", "a tensor without a shape"),
        (b"K\0K\x06\x85)", "a tensor without a shape"),
    ] {
        let archive = zip(&[("m/data.pkl", &state_dict(view)), ("m/data/0", &[0; 24])]);
        let message = format!("{:?}", torch::parse(&archive).unwrap_err());
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn archives_that_are_no_state_dict() {
    let whole = state_dict(b"K\0K\x06\x85K\x01\x85");
    let check = |files: &[(&str, &[u8])], words: &str| {
        let message = format!("{:?}", torch::parse(&zip(files)).unwrap_err());
        assert!(message.contains(words), "{message}");
    };
    assert_eq!(torch::parse(&zip(&[("m/data.pkl", &whole), ("m/data/0", &[0; 24])])).unwrap().len(), 1);
    check(&[("m/data.pkl", &whole)], "no storage \\\"0\\\"");
    check(&[("m/data.pkl", &whole), ("m/data/0", &[0; 20])], "its storage is shorter than it says");
    check(&[("m/data/0", &[0; 24])], "no data.pkl");
    check(&[("m/data.pkl", &whole), ("m/byteorder", b"big"), ("m/data/0", &[0; 24])], "big-endian");
    check(&[("m/data.pkl", b"]."), ("m/data/0", &[0; 24])], "it holds no dictionary");
    check(&[("m/data.pkl", b"}X\x05\0\0\0epochK\x03s.")], "\\\"epoch\\\" is no tensor");
    check(&[("m/data.pkl", b"}K\x05K\x03s.")], "a tensor's name is no text");
    assert!(format!("{:?}", torch::parse(b"\x80\x02K\x01.").unwrap_err()).contains("neither a zip archive nor"));
}

#[test]
fn arrays_with_impossible_headers() {
    let npy = |header: &str| {
        [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat()
    };
    let check = |array: &[u8], words: &str| {
        let message = format!("{:?}", npz::parse(&zip(&[("a.npy", array)])).unwrap_err());
        assert!(message.contains(words), "{message}");
    };
    check(&npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"), "cut short");
    check(&npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"), "its shape overflows");
    check(&npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"), "big-endian");
    check(&npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }"), "its header is damaged");
    check(&npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }"), "its header is damaged");
    check(&npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1), }"), "its header is damaged");
    check(b"\x93NUMPY\x09\0\0\0", "its header is damaged");
    check(b"", "its header is damaged");
    assert_eq!(npz::parse(b"nothing").unwrap_err(), Fault::from("it is not a zip archive"));
    assert!(npz::parse(&zip(&[("a.txt", b"a")])).is_err());
}

/// An archive of stored files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(*name, stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_that_claims_more_than_it_has() {
    let whole = zip(&[("m/data.pkl", b"."), ("m/data/0", &[7; 24])]);
    let entries = archive::entries(&whole).unwrap();
    assert_eq!(&whole[entries[1].range.clone()], [7; 24]);
    let at = whole.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    for field in [20, 24, 42] {
        let mut bytes = whole.clone();
        bytes[at + field..][..4].copy_from_slice(&0x00ff_ffff_u32.to_le_bytes()); // sizes, and where the file begins
        assert!(archive::entries(&bytes).is_err(), "field {field}");
    }
}

#[test]
fn masks_are_told_from_biases() {
    for (name, mask) in [
        ("h.0.attn.bias", true),
        ("transformer.h.0.attn.masked_bias", true),
        ("transformer.h.1.attn.attention.bias", true),
        ("gpt_neox.layers.0.attention.bias", true),
        ("model.layers.0.self_attn.rotary_emb.inv_freq", true),
        ("gpt_neox.layers.0.attention.dense.bias", false),
        ("h.0.attn.c_attn.bias", false),
        ("h.0.mlp.bias", false),
    ] {
        assert_eq!(is_mask(name), mask, "{name}");
    }
}

#[test]
fn a_pickle_of_endless_values_is_refused() {
    let bytes = [&b"\x80\x02"[..], &vec![b'N'; 2_000_000], b"."].concat();
    let Err(Fault::Refused(reason)) = pickle::read(&bytes).map(|pickle| pickle.len) else { panic!("it was read") };
    assert!(reason.contains("more than 1000000 values"), "{reason}");
}
