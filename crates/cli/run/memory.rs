//! How much memory a run takes: said before each model from what is there and what will be added, and read afterwards.

use super::Work;
use yardstick_core::{Instance, Map, ModelCard, Value};
use yardstick_runner::PlanCounts;
use yardstick_zoo::Device;

/// Fixed cost of a document in memory beside its text: hashes, ids, scores, allocations.
const PER_DOCUMENT: u64 = 1500;
/// Thread stacks, tables, allocations that are larger than asked for.
const MARGIN: u64 = 16_000_000;
/// Copies of all samples so far that exist while the run folder is written: frame, JSON and compressed pages.
const COPIES_TO_WRITE: u64 = 3;

/// Upper estimate for the process while a model runs and its samples are written, bytes: what is resident now (model,
/// plan and documents), the arithmetic's working memory, the samples, and the copies that writing makes.
pub fn at_most(work: &Work, card: &ModelCard, counts: &PlanCounts, models_before: usize) -> u64 {
    let samples = work.tasks.iter().flat_map(|task| &task.instances).map(document_bytes).sum::<u64>();
    // What was freed since the peak may not have gone back to the system.
    let now = peak().or_else(resident).unwrap_or(4 * card.n_params);
    now + MARGIN + counts.memory + samples * (1 + COPIES_TO_WRITE * (models_before as u64 + 1))
}

fn document_bytes(instance: &Instance) -> u64 {
    let requests: usize = instance.requests.iter().map(|r| r.context().len() + r.scored_text().len()).sum();
    PER_DOCUMENT + requests as u64 + map_bytes(&instance.doc.fields)
}

fn map_bytes(map: &Map) -> u64 {
    map.iter().map(|(key, value)| key.len() as u64 + 48 + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> u64 {
    match value {
        Value::Str(text) => text.len() as u64,
        Value::List(items) => items.iter().map(|item| 32 + value_bytes(item)).sum(),
        Value::Map(map) => map_bytes(map),
        _ => 8,
    }
}

/// Memory of this process that is resident now, bytes, where the system tells.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most that was ever resident, bytes, where the system tells.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Half of what is free beside what is `promised`, or a gigabyte where the system does not tell.
pub fn half_of_free(promised: u64) -> u64 {
    available().map_or(1 << 30, |free| free.saturating_sub(promised) / 2)
}

/// The same of a device's own memory, where it has any.
pub fn half_of_free_on(device: Device, promised: u64) -> u64 {
    device.free_memory().map_or_else(|| half_of_free(promised), |free| free / 2)
}

/// What this process can still take without swapping, bytes, where the system tells: a container's limit counts too.
pub fn available() -> Option<u64> {
    let free = line("/proc/meminfo", "MemAvailable:")?;
    Some(container().map_or(free, |left| left.min(free)))
}

/// What a control group leaves (cgroup v2, then v1, as a container sees its own).
fn container() -> Option<u64> {
    let number =
        |file: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?.trim().parse::<u64>().ok();
    let v2 = || Some((number("memory.max")?, number("memory.current")?));
    let v1 = || Some((number("memory/memory.limit_in_bytes")?, number("memory/memory.usage_in_bytes")?));
    let (limit, used) = v2().or_else(v1)?;
    Some(limit.saturating_sub(used))
}

fn status(key: &str) -> Option<u64> {
    line("/proc/self/status", key)
}

/// A line of one of Linux's files about memory, which count in kB.
fn line(file: &str, key: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        let (now, most) = (resident().unwrap(), peak().unwrap());
        assert!(1_000_000 < now && now <= most);
        assert!(available().unwrap() > 1_000_000);
    }
}
