//! Which tier takes which task.

use super::error::nearest;
use super::glob::matches;
use super::policy::{Policy, Tier, Unlisted};
use super::{GateError, TierName};
use yardstick_core::TaskCard;

/// A task and the tier that takes it; none for a task that is watched because no tier names it.
pub(super) struct Assigned<'a> {
    pub task: &'a str,
    pub tier: Option<&'a Tier>,
}

impl Assigned<'_> {
    /// What the task decides.
    pub fn name(&self) -> TierName {
        self.tier.map_or(TierName::Watch, |tier| tier.name)
    }
}

/// Gives each task its tier.
///
/// # Errors
/// A glob that matches no task, a task that no tier takes, or a metric that a task does not have.
pub(super) fn assign<'a>(policy: &'a Policy, cards: &[&'a TaskCard]) -> Result<Vec<Assigned<'a>>, GateError> {
    for pattern in policy.tiers.iter().flat_map(|tier| &tier.tasks) {
        if !cards.iter().any(|card| matches(&pattern.glob, &card.id)) {
            return Err(GateError::NoTask {
                file: policy.file.clone(),
                line: pattern.line,
                glob: pattern.glob.clone(),
                nearest: nearest(&pattern.glob, cards.iter().map(|card| card.id.as_str())),
                tasks: cards.iter().map(|card| card.id.clone()).collect(),
            });
        }
    }
    let assigned: Vec<Assigned> =
        cards.iter().map(|card| Assigned { task: &card.id, tier: policy.tier_of(&card.id) }).collect();
    let unlisted: Vec<String> =
        assigned.iter().filter(|one| one.tier.is_none()).map(|one| one.task.to_owned()).collect();
    if !unlisted.is_empty() && policy.unlisted == Unlisted::Refuse {
        return Err(GateError::Unlisted { file: policy.file.clone(), tasks: unlisted });
    }
    for (card, one) in cards.iter().zip(&assigned) {
        has_metric(policy, card, one.tier)?;
    }
    Ok(assigned)
}

fn has_metric(policy: &Policy, card: &TaskCard, tier: Option<&Tier>) -> Result<(), GateError> {
    let Some((metric, line)) = tier.and_then(|tier| tier.metric.as_ref()) else { return Ok(()) };
    if card.metrics.iter().any(|known| known.name == *metric) {
        return Ok(());
    }
    let known: Vec<String> = card.metrics.iter().map(|metric| metric.name.clone()).collect();
    Err(GateError::UnknownMetric {
        file: policy.file.clone(),
        line: *line,
        task: card.id.clone(),
        metric: metric.clone(),
        nearest: nearest(metric, known.iter().map(String::as_str)),
        known,
    })
}
