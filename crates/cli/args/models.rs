//! Arguments about models: fetching them, and checking what is computed with them.

use clap::Args;
use std::path::PathBuf;
use yardstick_zoo::Device;

/// Whether the hub may be asked.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubArgs {
    /// Fetch nothing: models of the hub are taken as the cache has them, as with `HF_HUB_OFFLINE=1`
    #[arg(long)]
    pub offline: bool,
}

/// `yardstick pull`
#[derive(Args, Debug)]
#[command(
    after_help = "Only what a model needs is fetched: config.json, tokenizer, and safetensors, or pytorch_model.bin where there are none.
Files lie where the hub's own client keeps them ($HF_HUB_CACHE, else hub in $HF_HOME, else in ~/.cache/huggingface), so that
neither fetches what the other has. HF_TOKEN opens gated and private models, HF_ENDPOINT names a mirror. A pull that broke off is
gone on with by the same command.

Examples:
  yardstick pull openai-community/gpt2
  yardstick pull EleutherAI/pythia-70m@step3000 openai-community/openai-gpt --json"
)]
pub struct PullModelsArgs {
    /// Hub ids, `owner/name` or `owner/name@revision` with a branch, a tag or a commit
    #[arg(value_name = "MODEL", required = true)]
    pub models: Vec<String>,
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `yardstick selftest`
#[derive(Args, Debug)]
#[command(
    after_help = "Without --model, the bundled models compute what they computed where they were released, to the bit: an instruction set, a
compiler or a memory that is at fault shows here. With --model, GPT-2's smallest model is held against numbers that others
published for it. With --device, the bundled models' logits on it are held against this processor's. It exits with 0 where everything is as expected, else with 4.

Examples:
  yardstick selftest
  yardstick selftest --device candle-cpu --json"
)]
pub struct SelftestArgs {
    /// The weights of GPT-2 small: openai-community/gpt2, or a folder with them [default: the bundled models]
    #[arg(short, long, value_name = "REF")]
    pub model: Option<String>,
    #[command(flatten)]
    pub hub: HubArgs,
    #[arg(long, value_name = "DEVICE", value_parser = Device::parse, help = super::device_help())]
    pub device: Option<Device>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
}

/// What `yardstick ls models --cost` plans for.
#[derive(Args, Clone, Debug, Default)]
pub struct CostArgs {
    /// With models: parameters, bytes, operations a token, and how long tasks would take here; also of GPT-1, GPT-2 and GPT-3 sizes
    #[arg(long)]
    pub cost: bool,
    /// With --cost: the tasks, groups, globs or files to plan
    #[arg(short, long, value_name = "TASK", num_args = 1.., requires = "cost")]
    pub task: Vec<String>,
    /// With --cost: the suites to plan [default: starter]
    #[arg(short, long, value_name = "ID", num_args = 1.., requires = "cost")]
    pub suite: Vec<String>,
    /// With --cost: first N documents of every task
    #[arg(short, long, value_name = "N", value_parser = super::at_least_one, requires = "cost")]
    pub limit: Option<usize>,
    /// With --cost: threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = super::threads, requires = "cost")]
    pub threads: Option<usize>,
}

impl CostArgs {
    /// As `yardstick run` would be asked, with datasets in these folders.
    pub fn work(&self, data: &[PathBuf], folders: &super::FolderArgs) -> super::WorkArgs {
        super::WorkArgs {
            task: self.task.clone(),
            suite: self.suite.clone(),
            limit: self.limit,
            data: data.to_vec(),
            folders: folders.clone(),
            threads: self.threads,
            ..super::WorkArgs::default()
        }
    }
}
