//! Data files of every format, and where they are looked for.

use crate::workspace::{Workspace, first, multiple_choice, texts};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;
use yardstick_core::Value;
use yardstick_tasks::{Catalog, LoadOptions, Stores};

const ROWS: &str =
    "{\"q\":\"one\",\"choices\":[\"a\",\"b\"],\"label\":0}\n{\"q\":\"two\",\"choices\":[\"c\"],\"label\":0}\n";

fn strings(texts: &[&str]) -> Vec<ByteArray> {
    texts.iter().map(|&text| ByteArray::from(text)).collect()
}

/// Two rows: `q`, `label`, `id` and `choices: {text: [..]}`, the shape of the hub's ARC.
fn parquet_bytes() -> Vec<u8> {
    let schema = "message m { required binary q (UTF8); required int64 label;
        required int64 id (INTEGER(64, false)); required group choices {
        required group text (LIST) { repeated group list { required binary element (UTF8); } } } }";
    let schema = Arc::new(parse_message_type(schema).expect("schema"));
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).expect("writer");
    let mut group = writer.next_row_group().expect("row group");
    let mut column = group.next_column().expect("column").expect("q");
    column.typed::<ByteArrayType>().write_batch(&strings(&["one", "two"]), None, None).expect("q");
    column.close().expect("q");
    let mut column = group.next_column().expect("column").expect("label");
    column.typed::<Int64Type>().write_batch(&[0, 0], None, None).expect("label");
    column.close().expect("label");
    let mut column = group.next_column().expect("column").expect("id");
    column.typed::<Int64Type>().write_batch(&[-1, 1], None, None).expect("id");
    column.close().expect("id");
    let mut column = group.next_column().expect("column").expect("text");
    let values = strings(&["a", "b", "c"]);
    column.typed::<ByteArrayType>().write_batch(&values, Some(&[1, 1, 1]), Some(&[0, 1, 0])).expect("text");
    column.close().expect("text");
    group.close().expect("row group");
    writer.close().expect("file");
    bytes
}

#[test]
fn parquet_with_nested_lists() {
    let yaml = multiple_choice("doc_to_choice: '{{choices.text}}'\n");
    let workspace = Workspace::new(&[("t.yaml", &yaml)]);
    workspace.write("data/o/d/default/test/0000.parquet", &parquet_bytes());
    let loaded = workspace.load("t.yaml").expect("parquet");
    assert_eq!(texts(&loaded, 0), [("one", " a"), ("one", " b")]);
    assert_eq!(texts(&loaded, 1), [("two", " c")]);
    assert_eq!(loaded.instances[0].doc.fields.keys().collect::<Vec<_>>(), ["q", "label", "id", "choices"]);
    let ids = [0, 1].map(|doc: usize| loaded.instances[doc].doc.fields.get("id").cloned());
    assert_eq!(ids, [Some(Value::UInt(u64::MAX)), Some(Value::Int(1))]);
    assert_eq!(loaded.card.dataset.files[0].0, "o/d/default/test/0000.parquet");
    assert_eq!(loaded.card.dataset.files[0].1.len(), 64);
}

#[test]
fn a_damaged_parquet_file_is_an_error() {
    let bytes = parquet_bytes();
    for len in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        let workspace = Workspace::new(&[("t.yaml", &multiple_choice(""))]);
        workspace.write("data/o/d/default/test/0000.parquet", &bytes[..len]);
        let error = workspace.load("t.yaml").expect_err("damaged");
        let message = workspace.message(&error);
        let prefix = "DIR/data/o/d/default/test/0000.parquet is damaged or not what its name says: ";
        assert!(message.starts_with(prefix), "{len} bytes: {message}");
    }
}

fn check_format(file: &str, text: &str) {
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice("doc_to_choice: ['a', 'b']\n"))]);
    workspace.write(&format!("data/o/d/default/test/{file}"), text.as_bytes());
    let loaded = workspace.load("t.yaml").unwrap_or_else(|error| panic!("{file}: {error}"));
    assert_eq!(texts(&loaded, 0)[0], ("one", " a"), "{file}");
    assert_eq!(texts(&loaded, 1)[0], ("two, \"too\"", " a"), "{file}");
    assert_eq!(loaded.card.n_available, 2, "{file}");
}

#[test]
fn text_formats() {
    check_format("x.jsonl", "{\"q\":\"one\",\"label\":0}\n\n{\"q\":\"two, \\\"too\\\"\",\"label\":1}");
    check_format("x.json", " [{\"q\":\"one\",\"label\":0},\n {\"q\":\"two, \\\"too\\\"\",\"label\":1}]");
    check_format("x.csv", "q,label\none,0\n\"two, \"\"too\"\"\",1\n");
    check_format("x.tsv", "q\tlabel\none\t0\n\"two, \"\"too\"\"\"\t1\n");
}

#[test]
fn columns_of_a_csv_file_have_types() {
    let csv = "i,f,b,t,e,n\n1,1,True,1,x,\n2,0.5,False,nan,,\n";
    let workspace =
        Workspace::new(&[("t.yaml", &multiple_choice("doc_to_text: i\ndoc_to_target: i\ndoc_to_choice: [a, b]\n"))]);
    workspace.write("data/o/d/default/test/x.csv", csv.as_bytes());
    // Label 2 of two choices: the integer was read as one.
    let error = workspace.load("t.yaml").expect_err("label 2");
    assert_eq!(
        workspace.message(&error),
        "o/d/default/test/x.csv, row 1: the label is 2, which is none of the 2 choices"
    );
    let yaml = multiple_choice(
        "doc_to_target: 0\ndoc_to_choice: [a, b]\ndoc_to_text: '{{i}} {{f}} {{b}} {{t}} {{e}} {{n}}'\n",
    );
    workspace.write("t.yaml", yaml.as_bytes());
    let loaded = workspace.load("t.yaml").expect("rows");
    assert_eq!(texts(&loaded, 0)[0].0, "1 1.0 True 1.0 x None");
    assert_eq!(texts(&loaded, 1)[0].0, "2 0.5 False None None None");
}

#[test]
fn shards_are_read_in_name_order_and_only_as_far_as_needed() {
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice(""))]);
    for (shard, q) in [("b", "three"), ("a", "one"), ("c", "five")] {
        let rows = ROWS.replace("one", q).replace("two", &format!("{q}+1"));
        workspace.write(&format!("data/o/d/default/test/{shard}.jsonl"), rows.as_bytes());
    }
    let task = workspace.resolve("t.yaml").expect("task").tasks.remove(0);
    let loaded = task.load(&workspace.stores(), &first(3)).expect("three rows");
    let prompts: Vec<_> = (0..3).map(|doc| texts(&loaded, doc)[0].0.to_owned()).collect();
    assert_eq!(prompts, ["one", "one+1", "three"]);
    assert_eq!(loaded.instances.iter().map(|instance| instance.doc.id).collect::<Vec<_>>(), [0, 1, 2]);
    let files: Vec<_> = loaded.card.dataset.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(files, ["o/d/default/test/a.jsonl", "o/d/default/test/b.jsonl"]);
    assert_eq!(loaded.card.n_available, 6);
}

#[test]
fn an_error_names_the_row_in_its_file() {
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice("")), ("data/o/d/default/test/a.jsonl", ROWS)]);
    workspace
        .write("data/o/d/default/test/b.jsonl", ROWS.replace("\"c\"],\"label\":0", "\"c\"],\"label\":7").as_bytes());
    let error = workspace.load("t.yaml").expect_err("label 7");
    assert_eq!(
        workspace.message(&error),
        "o/d/default/test/b.jsonl, row 1: the label is 7, which is none of the 1 choices"
    );
}

#[test]
fn the_only_configuration_is_taken_and_the_first_store_wins() {
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice("")), ("second/o/d/plain/test/x.jsonl", ROWS)]);
    let stores = |names: &[&str]| Stores::new(names.iter().map(|name| workspace.path().join(name)).collect());
    let task = workspace.resolve("t.yaml").expect("task").tasks.remove(0);
    let loaded = task.load(&stores(&["first", "second"]), &LoadOptions::default()).expect("second store");
    assert_eq!(loaded.card.dataset.name.as_deref(), Some("plain"));
    workspace.write("first/o/d/default/test/x.jsonl", ROWS.replace("one", "first").as_bytes());
    let loaded = task.load(&stores(&["first", "second"]), &LoadOptions::default()).expect("first store");
    assert_eq!(texts(&loaded, 0)[0].0, "first");
}

#[test]
fn local_files_beside_the_task_file() {
    let lines = "dataset_path: json\ndataset_kwargs:\n  data_files: {test: [rows/a*.jsonl]}\n";
    let workspace =
        Workspace::new(&[("t.yaml", &multiple_choice(lines)), ("rows/a1.jsonl", ROWS), ("rows/b.jsonl", "x")]);
    let loaded = workspace.load("t.yaml").expect("local file");
    assert_eq!(loaded.instances.len(), 2);
    assert_eq!(loaded.card.dataset.path, "json");
    let lines = "dataset_path: json\ndataset_kwargs: {data_files: rows/a1.jsonl}\ntest_split: train\n";
    workspace.write("t.yaml", multiple_choice(lines).as_bytes());
    assert_eq!(workspace.load("t.yaml").expect("a bare path is split train").instances.len(), 2);
}

#[test]
fn a_copy_of_a_bundled_dataset_in_a_store_wins() {
    let workspace =
        Workspace::new(&[("data/yardstick/prose/default/test/x.jsonl", "{\"title\":\"t\",\"text\":\"mine\"}")]);
    let task =
        Catalog::bundled().expect("catalog").resolve(&["starter_prose".to_owned()]).expect("task").tasks.remove(0);
    let loaded = task.load(&workspace.stores(), &LoadOptions::default()).expect("the copy");
    assert_eq!(texts(&loaded, 0), [("", "mine")]);
}

#[test]
fn a_flipped_byte_is_an_error_or_harmless_but_no_panic() {
    let bytes = parquet_bytes();
    let workspace = Workspace::new(&[("t.yaml", &multiple_choice("doc_to_choice: '{{choices.text}}'\n"))]);
    let task = workspace.resolve("t.yaml").expect("task").tasks.remove(0);
    let mut n_errors = 0;
    for at in 0..bytes.len() {
        for mask in [0x55, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            workspace.write("data/o/d/default/test/0000.parquet", &damaged);
            n_errors += usize::from(task.load(&workspace.stores(), &LoadOptions::default()).is_err());
        }
    }
    assert!(n_errors > bytes.len(), "{n_errors} of {}", 2 * bytes.len());
}
