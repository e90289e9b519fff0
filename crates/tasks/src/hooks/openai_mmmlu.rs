//! `OpenAI`'s MMMLU: all subjects in one split, of which each task keeps its own.

use super::{Hook, HookKind, Module};

pub(super) static MODULE: Module = Module {
    name: "openai-mmmlu.default.utils",
    sources: &["49aaaf0034ee7413385b68533fa22f5d664dc4c97f814985c353156f6ad6a85d"],
    hooks: &[
        subject("openai-mmmlu.default.utils.process_abstract_algebra", "abstract_algebra"),
        subject("openai-mmmlu.default.utils.process_anatomy", "anatomy"),
        subject("openai-mmmlu.default.utils.process_astronomy", "astronomy"),
        subject("openai-mmmlu.default.utils.process_business_ethics", "business_ethics"),
        subject("openai-mmmlu.default.utils.process_clinical_knowledge", "clinical_knowledge"),
        subject("openai-mmmlu.default.utils.process_college_biology", "college_biology"),
        subject("openai-mmmlu.default.utils.process_college_chemistry", "college_chemistry"),
        subject("openai-mmmlu.default.utils.process_college_computer_science", "college_computer_science"),
        subject("openai-mmmlu.default.utils.process_college_mathematics", "college_mathematics"),
        subject("openai-mmmlu.default.utils.process_college_medicine", "college_medicine"),
        subject("openai-mmmlu.default.utils.process_college_physics", "college_physics"),
        subject("openai-mmmlu.default.utils.process_computer_security", "computer_security"),
        subject("openai-mmmlu.default.utils.process_conceptual_physics", "conceptual_physics"),
        subject("openai-mmmlu.default.utils.process_econometrics", "econometrics"),
        subject("openai-mmmlu.default.utils.process_electrical_engineering", "electrical_engineering"),
        subject("openai-mmmlu.default.utils.process_elementary_mathematics", "elementary_mathematics"),
        subject("openai-mmmlu.default.utils.process_formal_logic", "formal_logic"),
        subject("openai-mmmlu.default.utils.process_global_facts", "global_facts"),
        subject("openai-mmmlu.default.utils.process_high_school_biology", "high_school_biology"),
        subject("openai-mmmlu.default.utils.process_high_school_chemistry", "high_school_chemistry"),
        subject("openai-mmmlu.default.utils.process_high_school_computer_science", "high_school_computer_science"),
        subject("openai-mmmlu.default.utils.process_high_school_european_history", "high_school_european_history"),
        subject("openai-mmmlu.default.utils.process_high_school_geography", "high_school_geography"),
        subject(
            "openai-mmmlu.default.utils.process_high_school_government_and_politics",
            "high_school_government_and_politics",
        ),
        subject("openai-mmmlu.default.utils.process_high_school_macroeconomics", "high_school_macroeconomics"),
        subject("openai-mmmlu.default.utils.process_high_school_mathematics", "high_school_mathematics"),
        subject("openai-mmmlu.default.utils.process_high_school_microeconomics", "high_school_microeconomics"),
        subject("openai-mmmlu.default.utils.process_high_school_physics", "high_school_physics"),
        subject("openai-mmmlu.default.utils.process_high_school_psychology", "high_school_psychology"),
        subject("openai-mmmlu.default.utils.process_high_school_statistics", "high_school_statistics"),
        subject("openai-mmmlu.default.utils.process_high_school_us_history", "high_school_us_history"),
        subject("openai-mmmlu.default.utils.process_high_school_world_history", "high_school_world_history"),
        subject("openai-mmmlu.default.utils.process_human_aging", "human_aging"),
        subject("openai-mmmlu.default.utils.process_human_sexuality", "human_sexuality"),
        subject("openai-mmmlu.default.utils.process_international_law", "international_law"),
        subject("openai-mmmlu.default.utils.process_jurisprudence", "jurisprudence"),
        subject("openai-mmmlu.default.utils.process_logical_fallacies", "logical_fallacies"),
        subject("openai-mmmlu.default.utils.process_machine_learning", "machine_learning"),
        subject("openai-mmmlu.default.utils.process_management", "management"),
        subject("openai-mmmlu.default.utils.process_marketing", "marketing"),
        subject("openai-mmmlu.default.utils.process_medical_genetics", "medical_genetics"),
        subject("openai-mmmlu.default.utils.process_miscellaneous", "miscellaneous"),
        subject("openai-mmmlu.default.utils.process_moral_disputes", "moral_disputes"),
        subject("openai-mmmlu.default.utils.process_moral_scenarios", "moral_scenarios"),
        subject("openai-mmmlu.default.utils.process_nutrition", "nutrition"),
        subject("openai-mmmlu.default.utils.process_philosophy", "philosophy"),
        subject("openai-mmmlu.default.utils.process_prehistory", "prehistory"),
        subject("openai-mmmlu.default.utils.process_professional_accounting", "professional_accounting"),
        subject("openai-mmmlu.default.utils.process_professional_law", "professional_law"),
        subject("openai-mmmlu.default.utils.process_professional_medicine", "professional_medicine"),
        subject("openai-mmmlu.default.utils.process_professional_psychology", "professional_psychology"),
        subject("openai-mmmlu.default.utils.process_public_relations", "public_relations"),
        subject("openai-mmmlu.default.utils.process_security_studies", "security_studies"),
        subject("openai-mmmlu.default.utils.process_sociology", "sociology"),
        subject("openai-mmmlu.default.utils.process_us_foreign_policy", "us_foreign_policy"),
        subject("openai-mmmlu.default.utils.process_virology", "virology"),
        subject("openai-mmmlu.default.utils.process_world_religions", "world_religions"),
    ],
};

const fn subject(name: &'static str, value: &'static str) -> Hook {
    Hook { name, kind: HookKind::Keep { column: "Subject", value, read: without_file_name } }
}

/// Some configurations have a file's name in place of a subject's, as in `anatomy_test.csv_sw-KE.csv`.
fn without_file_name(subject: &str) -> &str {
    ["_test.csv", "_test-"].iter().find_map(|marker| Some(subject.split_once(marker)?.0)).unwrap_or(subject)
}
