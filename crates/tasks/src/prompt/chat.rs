//! Turns as one context: one after another, or as the conversation that a model was taught.
//!
//! What goes into which message follows lm-eval 0.4.13; how a template is rendered follows the transformers library.

use super::filters::plain_tojson;
use super::jinja;
use super::turn::{Turn, joined};
use crate::error::TaskError;
use crate::task::LoadOptions;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::sync::Arc;

const TEMPLATE: &str = "chat template";

/// How turns become one context.
pub(super) struct Dialogue<'a> {
    system: &'a str,
    /// Between the system's words and a task's description.
    delimiter: String,
    chat: Option<Conversation<'a>>,
}

/// A chat template with what it is rendered with.
struct Conversation<'a> {
    env: Environment<'a>,
    bos_token: &'a str,
    eos_token: &'a str,
    is_multiturn: bool,
}

/// Who says what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    role: &'static str,
    content: String,
}

impl<'a> Dialogue<'a> {
    /// # Errors
    /// A chat template that does not parse.
    pub fn new(options: &'a LoadOptions, delimiter: String) -> Result<Self, TaskError> {
        let chat = options.chat.as_ref().map(|chat| {
            let template = &chat.template;
            let env = environment(&template.source)
                .map_err(|error| TaskError::ChatTemplate { reason: jinja::reason(&error) })?;
            Ok(Conversation {
                env,
                bos_token: &template.bos_token,
                eos_token: &template.eos_token,
                is_multiturn: chat.multiturn,
            })
        });
        Ok(Self { system: options.system.as_deref().unwrap_or_default(), delimiter, chat: chat.transpose()? })
    }

    /// Whether the choices are answers of their own, which no delimiter precedes.
    pub const fn is_chat(&self) -> bool {
        self.chat.is_some()
    }

    /// Description, examples and the last turn.
    ///
    /// # Errors
    /// A chat template that fails.
    pub fn context<'t>(
        &self,
        description: &str,
        examples: impl Iterator<Item = &'t Turn> + Clone,
        last: &'t Turn,
    ) -> Result<Arc<str>, TaskError> {
        let system = joined(self.system, description, &self.delimiter);
        let turns = examples.chain([last]);
        let Some(chat) = &self.chat else { return Ok(plain(&system, &turns)) };
        let mut messages = chat.messages(turns, last);
        if !system.is_empty() {
            messages.insert(0, Message { role: "system", content: system });
        }
        chat.text(&messages, !last.answer.is_empty()).map(Arc::from)
    }
}

/// Turns one after another.
fn plain<'t>(system: &str, turns: &(impl Iterator<Item = &'t Turn> + Clone)) -> Arc<str> {
    let texts = || turns.clone().flat_map(Turn::texts);
    let mut context = String::with_capacity(system.len() + texts().map(str::len).sum::<usize>());
    context.push_str(system);
    context.extend(texts());
    context.into()
}

impl Conversation<'_> {
    /// A message a question and an answer; or all in one question, but for the beginning of the last answer.
    fn messages<'t>(&self, turns: impl Iterator<Item = &'t Turn> + Clone, last: &Turn) -> Vec<Message> {
        let message = |role, content: &str| Message { role, content: content.to_owned() };
        let answer = |turn: &Turn| (!turn.answer.is_empty()).then(|| message("assistant", &turn.answer));
        if self.is_multiturn {
            return turns.flat_map(|turn| [Some(message("user", &turn.question)), answer(turn)]).flatten().collect();
        }
        let before = turns.clone().count() - 1;
        let examples: String = turns.take(before).flat_map(Turn::texts).collect();
        [Some(message("user", &(examples + &last.question))), answer(last)].into_iter().flatten().collect()
    }

    /// The messages as the template writes them: up to where the model begins to speak, or goes on. A template that takes
    /// no system's words is given none.
    fn text(&self, messages: &[Message], goes_on: bool) -> Result<String, TaskError> {
        let rendered = self.render(messages, goes_on).or_else(|error| {
            let without: Vec<Message> = messages.iter().filter(|message| message.role != "system").cloned().collect();
            if without.len() == messages.len() { Err(error) } else { self.render(&without, goes_on) }
        });
        let text = rendered.map_err(|error| TaskError::ChatTemplate { reason: jinja::reason(&error) })?;
        match messages.last().filter(|_| goes_on) {
            Some(last) => up_to(&text, &last.content).ok_or_else(|| TaskError::ChatTemplate {
                reason: "it does not write the last message as it is, so no answer can go on from there".to_owned(),
            }),
            None => Ok(text),
        }
    }

    fn render(&self, messages: &[Message], goes_on: bool) -> Result<String, Error> {
        let message = |m: &Message| Value::from_pairs([("role", m.role), ("content", m.content.as_str())]);
        let messages: Value = messages.iter().map(message).collect();
        let context = Value::from_pairs([
            ("messages", messages),
            ("add_generation_prompt", Value::from(!goes_on)),
            ("bos_token", Value::from(self.bos_token)),
            ("eos_token", Value::from(self.eos_token)),
            ("tools", Value::from(())),
            ("documents", Value::from(())),
        ]);
        self.env.get_template(TEMPLATE)?.render(context)
    }
}

/// The text up to the end of the last place of `message`, without the white space that the template took away from it.
fn up_to(text: &str, message: &str) -> Option<String> {
    let at = text.rfind(message.trim())?;
    let kept = message.trim_start();
    let end = if text[at..].starts_with(kept) { at + kept.len() } else { at + message.trim().len() };
    Some(text[..end].to_owned())
}

/// As the transformers library renders templates: blocks take their line breaks with them, and what is undefined is empty.
/// `strftime_now` is not defined, so that a prompt does not change from day to day.
fn environment(source: &str) -> Result<Environment<'static>, Error> {
    let mut env = jinja::environment()?;
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_undefined_behavior(UndefinedBehavior::Lenient);
    env.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    env.add_filter("tojson", plain_tojson);
    env.add_template_owned(TEMPLATE, source.to_owned())?;
    Ok(env)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Chat;
    use yardstick_core::ChatTemplate;

    const CHATML: &str = "{% for m in messages %}
<|{{ m.role }}|>{{ m['content'] | trim }}{{ eos_token }}
{% endfor %}
{% if add_generation_prompt %}
<|assistant|>{% endif %}";

    fn options(source: &str, multiturn: bool, system: Option<&str>) -> LoadOptions {
        let template =
            ChatTemplate { source: source.to_owned(), bos_token: "<s>".to_owned(), eos_token: "</s>".to_owned() };
        let chat = Some(Chat { template, multiturn });
        LoadOptions { chat, system: system.map(str::to_owned), ..LoadOptions::default() }
    }

    fn turns(prefix: &str) -> [Turn; 2] {
        let example = Turn::solved("Q1".to_owned(), "", "A1", " ", "\n\n");
        [example, Turn::open("Q2".to_owned(), prefix.to_owned(), " ")]
    }

    fn check(options: &LoadOptions, prefix: &str, want: &str) {
        let [example, last] = turns(prefix);
        let dialogue = Dialogue::new(options, "\n\n".to_owned()).unwrap();
        assert_eq!(&*dialogue.context("About.", [&example].into_iter(), &last).unwrap(), want);
    }

    #[test]
    fn plain_text() {
        let system = LoadOptions { system: Some("Be kind.".to_owned()), ..LoadOptions::default() };
        check(&LoadOptions::default(), "", "About.Q1 A1\n\nQ2");
        check(&system, "So", "Be kind.\n\nAbout.Q1 A1\n\nQ2 So");
    }

    #[test]
    fn messages() {
        let lines = |parts: &[&str]| parts.concat();
        check(
            &options(CHATML, true, None),
            "",
            &lines(&["<|system|>About.</s>\n<|user|>Q1</s>\n<|assistant|>A1</s>\n<|user|>Q2</s>\n<|assistant|>"]),
        );
        check(
            &options(CHATML, false, Some("Be kind.")),
            "",
            "<|system|>Be kind.\n\nAbout.</s>\n<|user|>Q1 A1\n\nQ2</s>\n<|assistant|>",
        );
        check(&options(CHATML, false, None), "So", "<|system|>About.</s>\n<|user|>Q1 A1\n\nQ2</s>\n<|assistant|>So");
    }

    #[test]
    fn a_template_without_a_system() {
        let strict = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ bos_token }}{% for m in messages %}[{{ m.content }}]{% endfor %}";
        check(&options(strict, true, None), "", "<s>[Q1][A1][Q2]");
    }

    #[test]
    fn what_fails() {
        let parse = Dialogue::new(&options("{% if %}", true, None), String::new()).err().unwrap().to_string();
        assert!(parse.starts_with("the model's chat template fails: syntax error"), "{parse}");
        let refusing = options("{{ raise_exception('never') }}", true, None);
        let [example, last] = turns("");
        let dialogue = Dialogue::new(&refusing, String::new()).unwrap();
        let error = dialogue.context("", [&example].into_iter(), &last).unwrap_err().to_string();
        assert_eq!(error, "the model's chat template fails: invalid operation: never (line 1 of the template)");
    }

    #[test]
    fn json() {
        let check = |options_: &str, want: &str| {
            let source = "{{ messages[1] | tojson(OPTIONS) }}".replace("OPTIONS", options_);
            check(&options(&source, true, None), "", want);
        };
        check("", r#"{"role": "user", "content": "Q1"}"#);
        check("separators=(',', ':'), sort_keys=true", r#"{"content":"Q1","role":"user"}"#);
        check("indent=2", "{\n  \"role\": \"user\",\n  \"content\": \"Q1\"\n}");
    }
}
