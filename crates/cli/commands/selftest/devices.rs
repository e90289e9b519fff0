//! A device against the processor: the bundled models' logits on both.

use super::bundled::{TEXT_NAME, logits_and_bits};
use super::{Check, Checks};
use crate::error::CliError;
use crate::run::Screen;
use yardstick_zoo::{BUNDLED_NAMES, Device, LoadOptions};

/// How far logits may be apart: sums of f32 in another order.
const LOGITS: f64 = 1e-4;
/// How far bits a byte of the text may be.
const BITS: f64 = 1e-5;

/// All bundled models on the device and on the processor.
pub fn check(device: Device, screen: Screen) -> Result<Checks, CliError> {
    device.check()?;
    let mut checks = Vec::new();
    for name in BUNDLED_NAMES {
        screen.say(&format!("{name} …"));
        let load = |device| yardstick_zoo::load(name, &LoadOptions { device, ..LoadOptions::default() });
        let (logits, bits) = logits_and_bits(load(Device::Cpu)?.as_ref())?;
        let (found, found_bits) = logits_and_bits(load(device)?.as_ref())?;
        let apart = logits.iter().zip(&found).map(|(a, b)| f64::from((a - b).abs()));
        let worst = apart.fold(0.0, |worst: f64, x| if worst.is_nan() || x <= worst { worst } else { x });
        checks.push(Check::within(format!("{name}: largest difference of a logit"), worst, LOGITS));
        checks.push(Check::near(format!("{name}: bits a byte"), bits, found_bits, BITS));
    }
    Ok(Checks {
        title: format!("the bundled models on {device}, against this processor"),
        sources: vec![format!("the same models' logits on this processor, {TEXT_NAME}")],
        checks,
        meaning: "the device computes something else than the processor does; results from it do not compare. \
                  A driver that multiplies with less than f32, or a fault in yardstick: please report it with the table above",
    })
}
