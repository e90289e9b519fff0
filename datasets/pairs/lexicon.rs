//! The words that the rules draw from.

/// People of either sex, with regular plurals.
pub const PEOPLE: &[&str] = &[
    "baker",
    "farmer",
    "sailor",
    "teacher",
    "doctor",
    "miller",
    "clerk",
    "soldier",
    "gardener",
    "painter",
    "tailor",
    "hunter",
    "singer",
    "guard",
    "driver",
    "neighbor",
    "visitor",
    "student",
    "carpenter",
    "lawyer",
    "captain",
    "poet",
];

/// Nouns for men and boys whose plurals are regular.
pub const MASCULINE: &[&str] = &[
    "king",
    "boy",
    "father",
    "uncle",
    "grandfather",
    "prince",
    "waiter",
    "monk",
    "duke",
    "knight",
    "butler",
    "wizard",
];

/// Nouns for women and girls whose plurals are regular.
pub const FEMININE: &[&str] = &[
    "queen",
    "girl",
    "mother",
    "aunt",
    "grandmother",
    "princess",
    "waitress",
    "nun",
    "countess",
    "maid",
    "witch",
    "duchess",
];

/// Names of men.
pub const MEN: &[&str] = &["Tom", "Henry", "Peter", "Oscar", "Simon", "Walter", "Hugo", "Felix", "Edward", "George"];

/// Names of women.
pub const WOMEN: &[&str] = &["Anna", "Clara", "Emma", "Lucy", "Martha", "Rosa", "Edith", "Nora", "Helen", "Alice"];

/// A verb that needs its object, and things that it is commonly done to.
pub struct Deed {
    /// As in `to mend`.
    pub base: &'static str,
    /// As in `she mended` and `had mended`.
    pub past: &'static str,
    /// Things, each with a regular plural and beginning with a consonant.
    pub objects: &'static [&'static str],
}

const fn deed(base: &'static str, past: &'static str, objects: &'static [&'static str]) -> Deed {
    Deed { base, past, objects }
}

/// Deeds whose past tense is their participle.
pub const DEEDS: &[Deed] = &[
    deed("carry", "carried", &["basket", "tray", "lantern", "trunk", "ladder"]),
    deed("mend", "mended", &["net", "coat", "chair", "kite", "fence"]),
    deed("find", "found", &["key", "coin", "ring", "map", "glove"]),
    deed("repair", "repaired", &["clock", "cart", "bridge", "boat", "wheel"]),
    deed("bring", "brought", &["basket", "lantern", "ladder", "blanket", "letter"]),
    deed("lift", "lifted", &["trunk", "barrel", "ladder", "stone", "sack"]),
    deed("borrow", "borrowed", &["ladder", "book", "coat", "lantern", "saddle"]),
    deed("buy", "bought", &["horse", "coat", "lamp", "clock", "violin"]),
    deed("fetch", "fetched", &["bucket", "hammer", "rope", "blanket", "chair"]),
    deed("clean", "cleaned", &["lamp", "stove", "window", "kettle", "saddle"]),
    deed("paint", "painted", &["fence", "door", "boat", "gate", "bench"]),
    deed("wash", "washed", &["shirt", "plate", "blanket", "cup", "spoon"]),
    deed("sell", "sold", &["horse", "cart", "clock", "boat", "carpet"]),
    deed("lose", "lost", &["key", "ring", "hat", "glove", "purse"]),
    deed("polish", "polished", &["mirror", "boot", "spoon", "table", "button"]),
    deed("burn", "burned", &["letter", "map", "candle", "picture", "log"]),
    deed("open", "opened", &["door", "trunk", "gate", "letter", "window"]),
];

/// How many of [`DEEDS`], from the first, sound unfinished without their object.
pub const NEEDING_OBJECT: usize = 9;

/// Times that end a sentence about the past.
pub const TIMES: &[&str] =
    &["yesterday", "last week", "this morning", "before noon", "after supper", "on Sunday", "in the spring"];

/// Things done alone: singular, plural, where or when.
pub const DOINGS: &[(&str, &str, &[&str])] = &[
    ("works", "work", &["in the village", "until dark", "near the harbor", "on Sundays"]),
    ("sings", "sing", &["in the evening", "on the way home", "every morning", "after supper"]),
    ("walks", "walk", &["along the river", "to the market", "through the woods"]),
    ("waits", "wait", &["at the gate", "near the bridge", "outside the church"]),
    ("laughs", "laugh", &["at every joke", "in the kitchen"]),
    ("sleeps", "sleep", &["under the roof", "until sunrise", "in the barn"]),
    ("travels", "travel", &["by train", "in the winter", "to the coast"]),
    ("rests", "rest", &["in the shade", "after the meal"]),
];

/// What people can be good at.
pub const SKILLS: &[&str] = &[
    "swim across the lake",
    "ride a horse",
    "play the violin",
    "read old maps",
    "bake bread",
    "row a boat",
    "speak French",
    "sing in tune",
    "climb a rope",
    "tell good stories",
    "walk on stilts",
    "mend a clock",
    "skate on the pond",
    "draw faces",
    "whistle loudly",
    "keep bees",
];
