/** A byte-level tokenizer without merges: each byte of a text is a token. */

/** Token IDs after those of the 256 bytes. */
export const specialTokens = { "<|endoftext|>": 256, "<|im_start|>": 257, "<|im_end|>": 258 } as const;

/** A multiple of 64, as kernels prefer. */
export const vocabularySize = 320;

/** Source: GPT-2's byte-level alphabet, as in tokenizers, pre_tokenizers/byte_level.rs: printable bytes stand for themselves. */
function alphabet(): string[] {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

/** The file tokenizer.json. */
export const tokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: Object.entries(specialTokens).map(([content, id]) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: null,
  decoder: byteLevel,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: { ...Object.fromEntries(alphabet().map((character, id) => [character, id])), ...specialTokens },
    merges: [],
  },
};

/** The format of Qwen's chats. */
export const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
