//! Datasets from the hub's parquet conversion into a store.
