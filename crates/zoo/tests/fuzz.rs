//! Files changed at random may be refused, but cost no panic, no long wait and no memory beyond what their size explains. The
//! same functions run under cargo-fuzz: `fuzz/README.md`.
//!
//! `YARDSTICK_FUZZ_SECONDS=600` runs each target for so long; `YARDSTICK_FUZZ_TARGET=gguf` runs one of them.

#[cfg(test)]
mod fuzz {
    use peak_alloc::PeakAlloc;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::{Path, PathBuf};
    use std::sync::Mutex;
    use std::time::{Duration, Instant};
    use yardstick_zoo::parsers::{NAMES, run};

    #[global_allocator]
    static MEMORY: PeakAlloc = PeakAlloc;

    /// Inputs a target when no time is given.
    const INPUTS: usize = 1500;
    const LONGEST: usize = 1 << 16;
    /// Bytes that any input may take, and how many more for each byte of its own. Tables of Unicode and automata of patterns
    /// are built whatever the tokenizer's size.
    const MEMORY_BASE: usize = 32 << 20;
    const MEMORY_FACTOR: usize = 256;
    /// Far more than any input takes, even on a machine that does other things.
    const SLOWEST: Duration = Duration::from_secs(10);

    /// A repeatable stream of numbers (splitmix64).
    struct Draw(u64);

    impl Draw {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }

        fn below(&mut self, n: usize) -> usize {
            (self.next() % n.max(1) as u64) as usize
        }
    }

    fn seeds(target: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{target} has seeds");
        paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
    }

    /// Numbers at which lengths and counts go wrong.
    const EDGES: [u64; 10] = [0, 1, 7, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX];

    fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], draw: &mut Draw) {
        let (at, len) = (draw.below(bytes.len()), bytes.len());
        let piece = |draw: &mut Draw| at..len.min(at + 1 + draw.below(32));
        match draw.below(9) {
            _ if bytes.is_empty() => bytes.push(draw.next() as u8),
            0 => bytes[at] ^= 1 << draw.below(8),
            1 => bytes[at] = draw.next() as u8,
            2 => {
                let number = EDGES[draw.below(EDGES.len())].to_le_bytes();
                let width = [1, 2, 4, 8][draw.below(4)].min(len - at);
                bytes[at..at + width].copy_from_slice(&number[..width]);
            }
            3 => drop(bytes.drain(piece(draw))),
            4 => {
                let copy = bytes[piece(draw)].to_vec();
                let to = draw.below(len);
                bytes.splice(to..to, copy);
            }
            5 => {
                let copy = bytes[piece(draw)].to_vec();
                let to = draw.below(len - copy.len() + 1);
                bytes[to..to + copy.len()].copy_from_slice(&copy);
            }
            6 => bytes.truncate(at),
            7 => {
                let other = &others[draw.below(others.len())];
                let from = draw.below(other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            _ => {
                // A digit for a digit, which keeps text readable.
                if let Some(digit) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                    *digit = b'0' + draw.below(10) as u8;
                }
            }
        }
        bytes.truncate(LONGEST);
    }

    /// What is being read, since when.
    static CURRENT: Mutex<Option<(Instant, String, Vec<u8>)>> = Mutex::new(None);

    fn keep(target: &str, input: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("yardstick-fuzz-{target}-{}", std::process::id()));
        std::fs::write(&path, input).unwrap();
        path
    }

    /// Ends the process when one input takes too long.
    fn watch() -> ! {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            if let Some((start, target, input)) = &*CURRENT.lock().unwrap()
                && start.elapsed() > SLOWEST
            {
                eprintln!("{target} takes more than {SLOWEST:?}: {}", keep(target, input).display());
                std::process::exit(1);
            }
        }
    }

    /// What is wrong with how a target takes an input.
    fn fault(target: &str, input: &[u8]) -> Option<&'static str> {
        *CURRENT.lock().unwrap() = Some((Instant::now(), target.to_owned(), input.to_vec()));
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(target, input)));
        let taken = MEMORY.peak_usage().saturating_sub(before);
        *CURRENT.lock().unwrap() = None;
        match outcome {
            Err(_) => Some("panics"),
            Ok(()) if taken > MEMORY_BASE + MEMORY_FACTOR * input.len() => Some("takes too much memory"),
            Ok(()) => None,
        }
    }

    fn fuzz(target: &str, time: Option<Duration>) {
        let (seeds, start) = (seeds(target), Instant::now());
        let mut draw = Draw(u64::from(time.is_some()));
        let mut n = 0;
        while time.map_or(n < INPUTS, |time| start.elapsed() < time) {
            let mut input = seeds[n % seeds.len()].clone();
            let changes = if n < seeds.len() { 0 } else { 1 + draw.below(6) };
            (0..changes).for_each(|_| change(&mut input, &seeds, &mut draw));
            if let Some(fault) = fault(target, &input) {
                drop(std::panic::take_hook());
                panic!("{target} {fault}: {}", keep(target, &input).display());
            }
            n += 1;
        }
        eprintln!("{target}: {n} inputs in {:.1?}", start.elapsed());
    }

    /// One test, for memory is counted of the whole process.
    #[test]
    fn no_file_does_harm() {
        // The tokenizer library's panics are caught and become errors: printing them costs time and, once, memory.
        std::panic::set_hook(Box::new(|_| {}));
        std::thread::spawn(watch);
        let seconds = std::env::var("YARDSTICK_FUZZ_SECONDS").ok().map(|s| Duration::from_secs(s.parse().unwrap()));
        let only = std::env::var("YARDSTICK_FUZZ_TARGET").ok();
        for target in NAMES.iter().filter(|name| only.as_ref().is_none_or(|only| only == *name)) {
            fuzz(target, seconds);
        }
    }
}
