//! Sets that hold all domains in one split, of which each task keeps its own.

use super::{Hook, HookKind, Module, whole};

/// The short version of Global-MMLU: a module for each of 15 languages, all alike.
pub(super) static GLOBAL_MMLU: Module = Module {
    name: "global_mmlu.default.utils",
    sources: &["9776c2ffc09ae0569d2cea41856f7a9c712a38362c8ea33ac61239005062df0f"],
    hooks: &[
        category("global_mmlu.default.utils.process_business", "Business"),
        category("global_mmlu.default.utils.process_humanities", "Humanities"),
        category("global_mmlu.default.utils.process_medical", "Medical"),
        category("global_mmlu.default.utils.process_other", "Other"),
        category("global_mmlu.default.utils.process_social_sciences", "Social Sciences"),
        category("global_mmlu.default.utils.process_stem", "STEM"),
    ],
};

/// INCLUDE: a module for each language and form of prompt, all alike.
pub(super) static INCLUDE: Module = Module {
    name: "include.utils",
    sources: &["280dbae55143a4d1be55783551e7d508b01a0d840066e5d5f3b9b6ae40966477"],
    hooks: &[
        domain("include.utils.process_applied_science", "Applied Science"),
        domain("include.utils.process_arts_humanities", "Arts & Humanities"),
        domain("include.utils.process_business_commerce", "Business & Commerce"),
        domain("include.utils.process_driving_license", "Driving License"),
        domain("include.utils.process_general_knowledge", "General knowledge"),
        domain("include.utils.process_health_oriented_education", "Health oriented education"),
        domain("include.utils.process_marine_license", "Marine License"),
        domain("include.utils.process_medical_license", "Medical License"),
        domain("include.utils.process_professional_certification", "Professional certification"),
        domain("include.utils.process_social_science", "Social Science"),
        domain("include.utils.process_stem", "STEM"),
    ],
};

const fn category(name: &'static str, value: &'static str) -> Hook {
    Hook { name, kind: HookKind::Keep { column: "subject_category", value, read: whole } }
}

const fn domain(name: &'static str, value: &'static str) -> Hook {
    Hook { name, kind: HookKind::Keep { column: "domain", value, read: whole } }
}
