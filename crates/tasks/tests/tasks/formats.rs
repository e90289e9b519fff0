//! What readers make of data files, by what a template prints; and what they say about files that are wrong.

use crate::workspace::{Workspace, message, multiple_choice, texts};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A task over one local file that prints its rows by a template.
fn workspace(file: &str, bytes: &[u8], path: &str, kwargs: &str, template: &str) -> Workspace {
    let lines = format!(
        "dataset_path: {path}\ndataset_kwargs: {{data_files: {{test: {file}}}{kwargs}}}\ndoc_to_text: '{template}'\n\
         doc_to_target: 0\ndoc_to_choice: [a]\n"
    );
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice(&lines))]);
    workspace.write(file, bytes);
    workspace
}

#[track_caller]
fn check(file: &str, bytes: &[u8], path: &str, kwargs: &str, template: &str, wanted: &[&str]) {
    let workspace = workspace(file, bytes, path, kwargs, template);
    let loaded = workspace.load("t.yaml").unwrap_or_else(|error| panic!("{file}: {error}"));
    let prompts: Vec<_> = (0..loaded.instances.len()).map(|doc| texts(&loaded, doc)[0].0).collect();
    assert_eq!(prompts, wanted, "{file}");
}

#[track_caller]
fn check_error(file: &str, bytes: &[u8], path: &str, kwargs: &str, wanted: &str) {
    let workspace = workspace(file, bytes, path, kwargs, "{{a}}");
    let message = message(&workspace);
    let wanted = format!("DIR/{file} is damaged or not what its name says: {wanted}");
    assert!(message.starts_with(&wanted), "{message}\nis not\n{wanted}");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

const AB: &str = "{{a}} {{b}}";

/// The expected rows are those of the `datasets` library 5.2.
#[test]
fn json_rows_are_those_of_the_datasets_library() {
    check("x.jsonl", b"{\"a\":1}\n{\"b\":\"t\"}\n", "json", "", AB, &["1 None", "None t"]);
    check("x.jsonl", b"{\"a\":1,\"b\":2}\n{\"b\":3,\"a\":2.5}\n", "json", "", AB, &["1.0 2", "2.5 3"]);
    check("x.jsonl", b"{\"a\":[18446744073709551615]}\n", "json", "", "{{a}}", &["[1.8446744073709552e+19]"]);
    check("x.json", b"[\"u\",\"v\"]", "json", "", "{{text}}", &["u", "v"]);
    check(
        "x.json",
        b"{\"v\":1,\"data\":[{\"a\":1},{\"b\":2}],\"w\":[]}",
        "json",
        ", field: data",
        AB,
        &["1 None", "None 2"],
    );
    check("x.json", b"{\"data\":{\"a\":[1,2],\"b\":[3,4]}}", "json", ", field: data", AB, &["1 3", "2 4"]);
    check("x.json", b"{\n \"a\":1,\n \"b\":\"z\"\n}\n{\"a\":2,\"b\":\"w\"}", "json", "", AB, &["1 z", "2 w"]);
    check("x.json", b"{\"a\":[1,2],\"b\":[\"x\"]}", "json", "", AB, &["[1, 2] [''x'']".replace("''", "'").as_str()]);
}

#[test]
fn separated_rows_are_those_of_the_datasets_library() {
    check("x.csv", b"a,b\n1,NA\n2,None\n,x\n", "csv", "", AB, &["1.0 None", "2.0 None", "None x"]);
    check("x.csv", b"a,b\n1,True\n2,False\n3,\n", "csv", "", AB, &["1 True", "2 False", "3 None"]);
    check("x.csv", b"a,b\n007,1e5\n 8, z \n", "csv", "", AB, &["7 1e5", "8  z "]);
    check(
        "x.csv",
        b"a,b\n9223372036854775808,x\n+18446744073709551615, 7\n1,z\n",
        "csv",
        "",
        "{{a}} {{[a]}}",
        &["9223372036854775808 [9223372036854775808]", "18446744073709551615 [18446744073709551615]", "1 [1]"],
    );
    check(
        "x.csv",
        b"a,b\n9223372036854775808,-1\n,9223372036854775807\n",
        "csv",
        "",
        "{{[a, b]}}",
        &["['9223372036854775808', -1]", "['', 9223372036854775807]"],
    );
    check("x.csv", b"a,b\n9223372036854775808,x\n-1,y\n", "csv", "", "{{[a]}}", &["['9223372036854775808']", "['-1']"]);
    check("x.csv", b"a,b\n9223372036854775808,x\n1.5,y\n", "csv", "", "{{a}}", &["9.223372036854776e+18", "1.5"]);
    check("x.csv", b"1,2\n3,x\n", "csv", ", column_names: [a, b], header: null", AB, &["1 2", "3 x"]);
    check("x.csv", b"1,2\n3,x\n", "csv", ", column_names: [a, b]", AB, &["1 2", "3 x"]);
    check("x.csv", b"p,q\n3,x\n", "csv", ", column_names: [a, b], header: 0", AB, &["3 x"]);
    check("x.csv", b"# note\na;b\n3;x\n", "csv", ", sep: \";\", skiprows: 1", AB, &["3 x"]);
    check("x.csv", b"a,b\n'x,y',2\n", "csv", ", quotechar: \"'\"", AB, &["x,y 2"]);
    check("x.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n", "csv", "", AB, &["1 2", "3 4"]);
    check("x.tsv.gz", &gzip("a\tb\n1\t\"a \"\"b\"\"\"\n"), "csv", "", AB, &["1 a \"b\""]);
}

#[test]
fn compressed_text_and_plain_text() {
    let text = "{\"a\":1,\"b\":\"\u{e9}\"}\n";
    check("x.jsonl.gz", &gzip(text), "json", "", AB, &["1 \u{e9}"]);
    check("x.jsonl.zst", &zstd::encode_all(text.as_bytes(), 0).expect("memory"), "json", "", AB, &["1 \u{e9}"]);
    // As the library has it, what is inside decides, not the name.
    check("x.jsonl", &gzip(text), "json", "", AB, &["1 \u{e9}"]);
    check("x.txt", b"one\n\ntwo", "text", "", "<{{text}}>", &["<one>", "<>", "<two>"]);
    check("x.txt", b"one\n1\n\ntwo", "text", ", sample_by: paragraph", "<{{text}}>", &["<one\n1>", "<two>"]);
}

#[test]
fn wrong_text_files() {
    check_error("x.jsonl", b"{\"a\":1}\n{\"a\":\"\xff\"}\n", "json", "", "line 2: byte 7 of it is not UTF-8");
    check_error(
        "x.jsonl",
        b"{\"a\":1}\n{\"a\":\n",
        "json",
        "",
        "line 2: not valid JSON at its end: EOF while parsing a value",
    );
    let nested = "[".repeat(100_000);
    check_error("x.json", nested.as_bytes(), "json", "", "not valid JSON: recursion limit exceeded at line 1 column 1");
    check_error(
        "x.jsonl",
        format!("{{\"a\":{nested}").as_bytes(),
        "json",
        "",
        "line 1: not valid JSON at column 132: recursion limit",
    );
    check_error("x.jsonl", b"{\"a\":1}\n\"b\"\n", "json", "", "line 2: a row must be an object, but is a string");
    check_error("x.jsonl", b"\"b\"\n{\"a\":1}\n", "json", "", "line 2: a row must be a string like those before it");
    check_error("x.jsonl", b"{\"a\":1}\n{\"a\" 1}\n", "json", "", "line 2: not valid JSON at column 6: expected `:`");
    check_error("x.json", b"[{\"a\":1},2]", "json", "", "not valid JSON: row 1: a row must be an object, but is a int");
    check_error("x.json", b"[{\"a\":1}", "json", "", "not valid JSON: EOF while parsing a list at line 1 column 8");
    check_error("x.json", b"{\"b\":1}", "json", ", field: data", "not valid JSON: no key `data`, only b");
    let wide: String = (0..10_001).flat_map(|i| ["\"k".to_owned(), i.to_string(), "\":1,".to_owned()]).collect();
    let wide = format!("{{{wide}\"a\":1}}");
    check_error("x.jsonl", wide.as_bytes(), "json", "", "line 1: more than 10000 different columns");
    check_error(
        "x.csv",
        b"a,b\n1,2\n3\n",
        "csv",
        "",
        "CSV error: record 2 (line: 3, byte: 8): found record with 1 fields",
    );
    check_error(
        "x.csv",
        b"a,b\n1,2\n3,\xff\n",
        "csv",
        "",
        "CSV parse error: record 2 (line 3, field: 1, byte: 8): invalid utf-8",
    );
    check_error("x.csv", b"a,b,a\n1,2,3\n", "csv", "", "two columns are called `a`; rename one of them");
    check_error(
        "x.csv",
        b"a,b\n1,2\n3,18446744073709551616\n",
        "csv",
        "",
        "row 1, column `b`: 18446744073709551616 has more than 64 bits; a file of JSON lines can have it as a string",
    );
    check_error("x.csv", b"1,2\n", "csv", ", column_names: [a]", "it has 2 columns, and `column_names` names 1");
    let packed = gzip(&"{\"a\":1}\n".repeat(1000));
    check_error("x.jsonl.gz", &packed[..packed.len() - 9], "json", "", "line ");
    check_error("x.csv", b"PK\x03\x04", "csv", "", "it is a zip archive; unpack it");
    check_error("x.jsonl", b"PAR1", "json", "", "it is a parquet file; name it so");
}

fn split_workspace(split: &str) -> Workspace {
    let workspace = Workspace::new(&[(
        "t.yaml",
        &multiple_choice(&format!(
            "doc_to_text: 'n={{{{n}}}}'\ndoc_to_target: 0\ndoc_to_choice: [a]\ntest_split: {split}\n"
        )),
    )]);
    for (file, rows) in [("train/a", 0..4), ("train/b", 4..10), ("test/a", 10..15)] {
        let text: String = rows.flat_map(|n| ["{\"n\":".to_owned(), n.to_string(), "}\n".to_owned()]).collect();
        workspace.write(&format!("data/o/d/default/{file}.jsonl"), text.as_bytes());
    }
    workspace
}

#[test]
fn split_expressions() {
    for (split, wanted, files) in [
        ("train", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9][..], 2),
        ("'train[:3]'", &[0, 1, 2], 1),
        ("'train[3:6]'", &[3, 4, 5], 2),
        ("'train[-20%:]'", &[8, 9], 1),
        ("'test[1:3]+train[9:]'", &[11, 12, 9], 2),
    ] {
        let loaded = split_workspace(split).load("t.yaml").expect("rows");
        let numbers: Vec<_> =
            loaded.instances.iter().filter_map(|instance| instance.doc.fields.get("n")?.as_int()).collect();
        assert_eq!(numbers, wanted, "{split}");
        assert_eq!(loaded.card.dataset.files.len(), files, "{split}");
        assert_eq!(loaded.card.n_available, wanted.len() as u64, "{split}");
        let ids: Vec<_> = loaded.instances.iter().map(|instance| instance.doc.id).collect();
        assert_eq!(ids, (0..wanted.len() as u64).collect::<Vec<_>>(), "{split}");
    }
    assert_eq!(
        message(&split_workspace("'train[9:3]'")).split(" (").next(),
        Some("dataset o/d, split train[9:3], has no rows")
    );
    assert!(message(&split_workspace("'train[x]'")).contains("`test_split` must be a split, such as"));
}

#[test]
fn a_row_of_a_slice_is_named_by_its_place_in_the_file() {
    let workspace = split_workspace("'train[5:]'");
    workspace.write("data/o/d/default/train/b.jsonl", b"{\"n\":4}\n{\"n\":5}\n{\"n\":6}\n{\"m\":7}\n");
    workspace.write(
        "t.yaml",
        std::fs::read_to_string(workspace.path().join("t.yaml"))
            .expect("text")
            .replace("{{n}}", "{{n.x.y}}")
            .as_bytes(),
    );
    assert!(message(&workspace).starts_with("o/d/default/train/b.jsonl, row 1: "), "{}", message(&workspace));
}

#[test]
fn files_of_a_hub_dataset_and_at_addresses_come_from_stores() {
    let rows = "{\"q\":\"one\",\"choices\":[\"a\"],\"label\":0}\n";
    for (path, files, place) in [
        ("o/d", "sub/x.jsonl", "o/d/sub/x.jsonl"),
        ("o/d", "sub/x.*.jsonl", "o/d/sub/x.1.jsonl"),
        ("json", "hf://datasets/o/d/sub/x.jsonl", "o/d/sub/x.jsonl"),
        ("json", "https://huggingface.co/datasets/o/d/resolve/main/x.jsonl", "o/d/x.jsonl"),
        ("o/d", "hf://datasets/o/d/data/x.jsonl", "o/d/x/test/0000.jsonl"),
        ("json", "https://example.org/p/x.jsonl", "urls/example.org/p/x.jsonl"),
    ] {
        let lines = format!("dataset_path: {path}\ndataset_kwargs: {{data_files: {{test: '{files}'}}}}\n");
        let workspace = Workspace::new(&[("t.yaml", &multiple_choice(&lines))]);
        let absent = message(&workspace);
        assert!(
            absent.starts_with(&format!("dataset {files}, split test, was not found; looked in:\n  DIR/data/")),
            "{absent}"
        );
        workspace.write(&format!("data/{place}"), rows.as_bytes());
        let loaded = workspace.load("t.yaml").unwrap_or_else(|error| panic!("{files}: {error}"));
        assert_eq!(loaded.card.dataset.files[0].0, place);
    }
}

#[test]
fn a_folder_may_stand_for_a_dataset() {
    let rows = "{\"q\":\"one\",\"choices\":[\"a\"],\"label\":0}\n";
    for (path, place) in
        [("./mine", "mine/test.jsonl"), ("mine", "mine/data/test-0.jsonl"), ("a/b", "a/b/test/x.jsonl")]
    {
        let workspace =
            Workspace::new(&[("t.yaml", &multiple_choice(&format!("dataset_path: {path}\n"))), (place, rows)]);
        assert_eq!(workspace.load("t.yaml").expect("the folder").instances.len(), 1, "{path}");
    }
    let (workspace, want) = (split_workspace("dev"), "was not found");
    assert!(message(&workspace).contains(want));
}
