//! numpy's archives, written by hand.

use super::support::{Array, Arrays};
use std::io::Write;

/// All arrays in one archive, little-endian f32.
pub fn file(arrays: &Arrays, deflated: bool, fortran: bool) -> Vec<u8> {
    let files: Vec<(String, Vec<u8>)> =
        arrays.iter().map(|(name, array)| (format!("{name}.npy"), npy(array, fortran))).collect();
    archive(&files, deflated)
}

fn npy(array: &Array, fortran: bool) -> Vec<u8> {
    let sizes: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': ({},), }}", sizes.join(", "));
    header.extend(std::iter::repeat_n(' ', 63 - (10 + header.len()) % 64));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    let values = match array.shape[..] {
        [rows, columns] if fortran => {
            (0..rows * columns).map(|i| array.values[i % rows * columns + i / rows]).collect()
        }
        _ => array.values.clone(),
    };
    file.extend(values.iter().flat_map(|x| x.to_le_bytes()));
    file
}

/// A zip archive without checksums, which no reader of weights looks at.
pub fn archive(files: &[(String, Vec<u8>)], deflated: bool) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let data = if deflated { deflate(bytes) } else { bytes.clone() };
        let method = if deflated { 8_u16 } else { 0 };
        let sizes = [&[0; 4][..], &(data.len() as u32).to_le_bytes(), &(bytes.len() as u32).to_le_bytes()].concat();
        let common =
            [&[20, 0, 0, 0][..], &method.to_le_bytes(), &[0; 4], &sizes, &(name.len() as u16).to_le_bytes()].concat();
        directory.extend(
            [b"PK\x01\x02\x14\0", &common[..], &[0; 12], &(out.len() as u32).to_le_bytes(), name.as_bytes()].concat(),
        );
        out.extend([b"PK\x03\x04", &common[..], &[0; 2], name.as_bytes(), &data].concat());
    }
    let count = (files.len() as u16).to_le_bytes();
    let ends = [(directory.len() as u32).to_le_bytes(), (out.len() as u32).to_le_bytes()].concat();
    [&out[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &ends, &[0; 2]].concat()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut deflater = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    deflater.write_all(bytes).unwrap();
    deflater.finish().unwrap()
}
