//! Datasets from the hub's parquet conversion into a store, and what lies in one; models into the cache of the hub's own client.
//!
//! A store is a folder with the layout of the conversion, `<hub id>/<config>/<split>/NNNN.parquet`, and a lock file,
//! `yardstick.lock`, that says of every file where it came from, how large it is and what its sha256 is. Files appear in the
//! store only when they are whole and checked, and those of one split all at once.
//!
//! What a broken connection or a kill left of a file is gone on with by the next pull, if the rest is provably of the same version:
//! the server knows the strong entity tag or date of the first part (`If-Range`), or the hub says the sha256. Else the file is
//! fetched from its beginning. [`Options::from_env`] says which variables of the environment count (`HF_ENDPOINT`, `HF_TOKEN`, …).
//!
//! [`ModelHub`] fetches what a model needs of a repository into `huggingface_hub`'s cache, in its layout and under its locks, so that
//! each finds what the other fetched: a file is kept by its content, and links give it a name in every commit that has it.
//!
//! ```no_run
//! use yardstick_hub::{Options, Puller};
//! # fn main() -> Result<(), yardstick_hub::HubError> {
//! let mut puller = Puller::open("datasets".as_ref(), Options::from_env())?;
//! let pulled = puller.dataset("openai/gsm8k", Some("main"), Some("test"), &mut |_| {})?;
//! println!("{} files, {} bytes", pulled.files, pulled.bytes);
//! # Ok(())
//! # }
//! ```

mod api;
mod client;
mod download;
mod error;
mod hash;
mod list;
mod lock;
mod models;
mod names;
mod options;
mod part;
mod pull;
mod records;
mod remote;
mod verify;

pub use error::HubError;
pub use list::{StoredSplit, ls};
pub use lock::LOCK_FILE;
pub use models::{ModelHub, ModelId, Snapshot, nearest as nearest_model};
pub use options::Options;
pub use pull::{Event, Pulled, Puller};
pub use verify::{Checked, FileState, verify};
