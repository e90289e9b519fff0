//! A stage on the screen.

use super::stage::megabytes;
use super::{Screen, Stage};
use crate::run::memory;
use crate::stderr::say;
use crate::terminal;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use yardstick_report::number::counted;

/// Time between two drawings.
const TICK: Duration = Duration::from_millis(200);
/// When a stage that is not drawn first says where it is, and the longest it is silent after that, seconds.
const FIRST_LINE: f64 = 5.0;
const MOST_SILENCE: f64 = 60.0;
/// An uncounted stage leaves a line if it took so many seconds.
const WORTH_A_LINE: f64 = 2.0;

/// The bar that is on the screen, so that lines can be written above it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Does something with standard error while no bar is drawn there.
pub fn above<T>(write: impl FnOnce() -> T) -> T {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match shown {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

fn set_shown(bar: Option<ProgressBar>) {
    *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// A stage that is shown while this lives: drawn on a terminal, told in lines elsewhere.
pub struct Bar {
    stage: Arc<Stage>,
    screen: Screen,
    drawn: Option<ProgressBar>,
    told: Option<Teller>,
}

impl Bar {
    pub(super) fn new(stage: Stage, screen: Screen) -> Self {
        let stage = Arc::new(stage);
        let drawn = (screen.terminal && !screen.quiet).then(|| draw(&stage));
        let told = (!screen.terminal && !screen.quiet).then(|| Teller::new(Arc::clone(&stage)));
        if drawn.is_some() {
            set_shown(drawn.clone());
        }
        Self { stage, screen, drawn, told }
    }

    /// So many more are done.
    pub fn add(&self, more: usize) {
        self.stage.add(more as u64);
        if let Some(bar) = &self.drawn {
            bar.set_position(self.stage.done());
        }
    }

    /// Ends a stage over tokens with a line that says how fast it went; `name` is whose they are.
    pub fn finish(mut self, name: &str, requests: usize) {
        self.clear();
        let (tokens, rate) = (self.stage.done(), self.stage.rate());
        if tokens == 0 {
            return;
        }
        let seconds = self.stage.elapsed().as_secs_f64();
        let peak = memory::peak().map_or_else(String::new, |peak| format!(", at most {} so far", megabytes(peak)));
        let requests = counted(requests, "request");
        self.screen.say(&format!("{name}: {requests}, {tokens} tokens in {seconds:.1} s ({rate:.0} tokens/s){peak}"));
    }

    /// Takes it from the screen.
    fn clear(&mut self) {
        self.told = None;
        if let Some(bar) = self.drawn.take() {
            set_shown(None);
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let is_open = self.drawn.is_some() || self.told.is_some();
        self.clear();
        let seconds = self.stage.elapsed().as_secs_f64();
        if is_open && self.stage.total().is_none() && seconds >= WORTH_A_LINE {
            self.screen.say(&format!("{}: {seconds:.1} s", self.stage.what));
        }
    }
}

/// A bar, or for a stage whose end is not known something that moves, with what [`Stage::line`] says.
fn draw(stage: &Arc<Stage>) -> ProgressBar {
    let is_utf8 = terminal::is_utf8(|name| std::env::var(name).ok());
    let (template, bar) = match stage.total() {
        Some(total) => ("{what} {bar:20} {line}", ProgressBar::new(total)),
        None => ("{what} {spinner} {line}", ProgressBar::new_spinner()),
    };
    let room = terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| usize::from(width.0));
    let room = room.saturating_sub(stage.what.chars().count() + 24);
    let what = stage.what.clone();
    let (words, line) = (move |_: &ProgressState, out: &mut dyn Write| write_all(out, &what), Arc::clone(stage));
    if let Ok(style) = ProgressStyle::with_template(template) {
        let style = style.progress_chars(if is_utf8 { "━╸ " } else { "=> " });
        let style = style.tick_chars(if is_utf8 { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " } else { "-\\|/ " });
        let line = move |_: &ProgressState, out: &mut dyn Write| write_all(out, &line.line(room));
        bar.set_style(style.with_key("what", words).with_key("line", line));
    }
    bar.enable_steady_tick(TICK);
    bar
}

fn write_all(out: &mut dyn Write, text: &str) {
    // A bar that cannot be drawn is no reason to stop.
    let _ = out.write_str(text);
}

/// Says now and then where a stage is.
struct Teller {
    is_over: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Teller {
    fn new(stage: Arc<Stage>) -> Self {
        let is_over = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&is_over);
        // Without a thread there are no lines.
        let thread = std::thread::Builder::new().spawn(move || tell(&stage, &theirs)).ok();
        Self { is_over, thread }
    }
}

fn tell(stage: &Stage, (is_over, ended): &(Mutex<bool>, Condvar)) {
    let mut over = is_over.lock().unwrap_or_else(PoisonError::into_inner);
    while !*over {
        let pause = Duration::from_secs_f64(pause(stage.elapsed().as_secs_f64()));
        let (guard, waited) = ended.wait_timeout(over, pause).unwrap_or_else(PoisonError::into_inner);
        over = guard;
        if !*over && waited.timed_out() {
            say(format_args!("{}: {}", stage.what, stage.line(usize::MAX / 2)));
        }
    }
}

/// How long to be silent: as long as it went on until now, within limits.
fn pause(elapsed: f64) -> f64 {
    elapsed.clamp(FIRST_LINE, MOST_SILENCE)
}

impl Drop for Teller {
    fn drop(&mut self) {
        *self.is_over.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.is_over.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // A line that could not be said is not missed.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_rarer() {
        let mut times = vec![0.0];
        while times.len() < 8 {
            let last = times[times.len() - 1];
            times.push(last + pause(last));
        }
        assert_eq!(times, [0.0, 5.0, 10.0, 20.0, 40.0, 80.0, 140.0, 200.0]);
    }
}
