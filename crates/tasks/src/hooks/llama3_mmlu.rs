//! MMLU in seven languages as Llama 3 was measured on it: all subjects in one split, of which each task keeps its own. A
//! module for each language, alike but for the language's name in the cells.

use super::{Hook, HookKind, Module};

pub(super) static MODULE: Module = Module {
    name: "llama3.instruct.mmlu.utils",
    sources: &[
        "158bc3053efb54cf56fa8e65004a547d4e33df5352ed214822d6a5830a76e71a",
        "22cd22866cf35c164df9b64dce59f448e6c8a44899f12bbdd2de9297203171f4",
        "50e74c808630015bbdc7bda1e2de4bcc7a52a863f58c14b7b01a621c6939aed8",
        "58142960109ac3c7dfec0167bffe1a4cda5b773bc01b5530d61f959f740f41a5",
        "9e11710d3d95fe8debee8835db50993a0dbb8ebad966aac54a473eb9514a775c",
        "dda88dd84883bc5ca021dbc243d852c0676d861c334b29bf727ceae28042f8ec",
        "eae32645e56c57e8a8b963e95b14d1a4b66277b5514a04f33e0a3bbb39267856",
    ],
    hooks: &[
        subtask("llama3.instruct.mmlu.utils.process_docs_abstract_algebra", "abstract_algebra"),
        subtask("llama3.instruct.mmlu.utils.process_docs_anatomy", "anatomy"),
        subtask("llama3.instruct.mmlu.utils.process_docs_astronomy", "astronomy"),
        subtask("llama3.instruct.mmlu.utils.process_docs_business_ethics", "business_ethics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_clinical_knowledge", "clinical_knowledge"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_biology", "college_biology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_chemistry", "college_chemistry"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_computer_science", "college_computer_science"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_mathematics", "college_mathematics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_medicine", "college_medicine"),
        subtask("llama3.instruct.mmlu.utils.process_docs_college_physics", "college_physics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_computer_security", "computer_security"),
        subtask("llama3.instruct.mmlu.utils.process_docs_conceptual_physics", "conceptual_physics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_econometrics", "econometrics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_electrical_engineering", "electrical_engineering"),
        subtask("llama3.instruct.mmlu.utils.process_docs_elementary_mathematics", "elementary_mathematics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_formal_logic", "formal_logic"),
        subtask("llama3.instruct.mmlu.utils.process_docs_global_facts", "global_facts"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_biology", "high_school_biology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_chemistry", "high_school_chemistry"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_computer_science", "high_school_computer_science"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_european_history", "high_school_european_history"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_geography", "high_school_geography"),
        subtask(
            "llama3.instruct.mmlu.utils.process_docs_high_school_government_and_politics",
            "high_school_government_and_politics",
        ),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_macroeconomics", "high_school_macroeconomics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_mathematics", "high_school_mathematics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_microeconomics", "high_school_microeconomics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_physics", "high_school_physics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_psychology", "high_school_psychology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_statistics", "high_school_statistics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_us_history", "high_school_us_history"),
        subtask("llama3.instruct.mmlu.utils.process_docs_high_school_world_history", "high_school_world_history"),
        subtask("llama3.instruct.mmlu.utils.process_docs_human_aging", "human_aging"),
        subtask("llama3.instruct.mmlu.utils.process_docs_human_sexuality", "human_sexuality"),
        subtask("llama3.instruct.mmlu.utils.process_docs_international_law", "international_law"),
        subtask("llama3.instruct.mmlu.utils.process_docs_jurisprudence", "jurisprudence"),
        subtask("llama3.instruct.mmlu.utils.process_docs_logical_fallacies", "logical_fallacies"),
        subtask("llama3.instruct.mmlu.utils.process_docs_machine_learning", "machine_learning"),
        subtask("llama3.instruct.mmlu.utils.process_docs_management", "management"),
        subtask("llama3.instruct.mmlu.utils.process_docs_marketing", "marketing"),
        subtask("llama3.instruct.mmlu.utils.process_docs_medical_genetics", "medical_genetics"),
        subtask("llama3.instruct.mmlu.utils.process_docs_miscellaneous", "miscellaneous"),
        subtask("llama3.instruct.mmlu.utils.process_docs_moral_disputes", "moral_disputes"),
        subtask("llama3.instruct.mmlu.utils.process_docs_moral_scenarios", "moral_scenarios"),
        subtask("llama3.instruct.mmlu.utils.process_docs_nutrition", "nutrition"),
        subtask("llama3.instruct.mmlu.utils.process_docs_philosophy", "philosophy"),
        subtask("llama3.instruct.mmlu.utils.process_docs_prehistory", "prehistory"),
        subtask("llama3.instruct.mmlu.utils.process_docs_professional_accounting", "professional_accounting"),
        subtask("llama3.instruct.mmlu.utils.process_docs_professional_law", "professional_law"),
        subtask("llama3.instruct.mmlu.utils.process_docs_professional_medicine", "professional_medicine"),
        subtask("llama3.instruct.mmlu.utils.process_docs_professional_psychology", "professional_psychology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_public_relations", "public_relations"),
        subtask("llama3.instruct.mmlu.utils.process_docs_security_studies", "security_studies"),
        subtask("llama3.instruct.mmlu.utils.process_docs_sociology", "sociology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_us_foreign_policy", "us_foreign_policy"),
        subtask("llama3.instruct.mmlu.utils.process_docs_virology", "virology"),
        subtask("llama3.instruct.mmlu.utils.process_docs_world_religions", "world_religions"),
    ],
};

const fn subtask(name: &'static str, value: &'static str) -> Hook {
    Hook { name, kind: HookKind::Keep { column: "subtask_name", value, read: subject } }
}

/// A cell is `mmlu_de_chat.anatomy`, say.
fn subject(cell: &str) -> &str {
    let is_language = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts = cell.strip_prefix("mmlu_").and_then(|rest| rest.split_once("_chat."));
    parts.filter(|(language, _)| is_language(language)).map_or(cell, |(_, subject)| subject)
}
