"""Transformers and their kin from the transformers library, small and with random weights, and LoRA from peft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from case import Case, logits
from torch import Tensor, nn

WORDS, LENGTH, EXAMPLES = 100, 16, 8


def language(model: nn.Module, **more: Any) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """A language model and the cross-entropy of the next word."""
    ids = torch.randint(3, WORDS, (EXAMPLES, LENGTH))
    target = ids.roll(-1, 1)

    def loss(output: Any) -> Tensor:
        scores = logits(output)
        return nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())

    return model, {"input_ids": ids, **more}, loss


def cases() -> Iterator[Case]:
    """One model of each kind."""
    import transformers as hf

    small = {"vocab_size": WORDS, "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4}
    wide = {**small, "intermediate_size": 128}
    eager = {"attn_implementation": "eager"}

    def of(config: Any, kind: str, **more: Any) -> Callable[[], Any]:
        return lambda: language(getattr(hf, kind)(config()), **more)

    yield Case(
        "transformers",
        "GPT-2",
        of(
            lambda: hf.GPT2Config(vocab_size=WORDS, n_embd=64, n_layer=3, n_head=4, n_positions=LENGTH),
            "GPT2LMHeadModel",
        ),
    )
    yield Case("transformers", "Llama", of(lambda: hf.LlamaConfig(**wide), "LlamaForCausalLM"))
    yield Case(
        "transformers", "Llama, eager attention", of(lambda: hf.LlamaConfig(**wide, **eager), "LlamaForCausalLM")
    )
    yield Case(
        "transformers", "Mistral", of(lambda: hf.MistralConfig(**wide, num_key_value_heads=2), "MistralForCausalLM")
    )
    yield Case("transformers", "Qwen2", of(lambda: hf.Qwen2Config(**wide, num_key_value_heads=2), "Qwen2ForCausalLM"))
    yield Case("transformers", "GPT-NeoX", of(lambda: hf.GPTNeoXConfig(**wide), "GPTNeoXForCausalLM"))
    yield Case(
        "transformers",
        "OPT",
        of(
            lambda: hf.OPTConfig(
                vocab_size=WORDS,
                hidden_size=64,
                num_hidden_layers=3,
                num_attention_heads=4,
                ffn_dim=128,
                word_embed_proj_dim=64,
            ),
            "OPTForCausalLM",
        ),
    )
    yield Case("transformers", "BERT", of(lambda: hf.BertConfig(**wide), "BertForMaskedLM"))
    yield Case("transformers", "RoBERTa", of(lambda: hf.RobertaConfig(**wide), "RobertaForMaskedLM"))
    yield Case(
        "transformers",
        "DistilBERT",
        of(
            lambda: hf.DistilBertConfig(vocab_size=WORDS, dim=64, n_layers=3, n_heads=4, hidden_dim=128),
            "DistilBertForMaskedLM",
        ),
    )
    yield Case(
        "transformers",
        "T5",
        of(
            lambda: hf.T5Config(vocab_size=WORDS, d_model=64, d_ff=128, num_layers=2, num_heads=4, d_kv=16),
            "T5ForConditionalGeneration",
            decoder_input_ids=torch.randint(3, WORDS, (EXAMPLES, LENGTH)),
        ),
    )
    yield Case(
        "transformers",
        "Mamba",
        of(
            lambda: hf.MambaConfig(vocab_size=WORDS, hidden_size=64, num_hidden_layers=3, state_size=8),
            "MambaForCausalLM",
        ),
    )
    yield Case("transformers", "ViT", lambda: vit(hf))
    yield Case("transformers", "Whisper", lambda: whisper(hf))
    yield Case("peft", "Llama with LoRA", lambda: lora(hf.LlamaForCausalLM(hf.LlamaConfig(**wide))))


def vit(hf: Any) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """Images of 32 pixels in patches of 8."""
    config = hf.ViTConfig(image_size=32, patch_size=8, hidden_size=64, num_hidden_layers=3, num_attention_heads=4,
                          intermediate_size=128, num_labels=10)  # fmt: skip
    labels = torch.randint(10, (EXAMPLES,))
    given = {"pixel_values": torch.randn(EXAMPLES, 3, 32, 32)}
    return hf.ViTForImageClassification(config), given, lambda out: nn.functional.cross_entropy(out.logits, labels)


def whisper(hf: Any) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """A spectrogram of 64 frames in, words out."""
    layers = {
        f"{side}_{what}": n
        for side in ("encoder", "decoder")
        for what, n in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 128))
    }
    config = hf.WhisperConfig(
        vocab_size=WORDS, d_model=64, num_mel_bins=16, max_source_positions=32, max_target_positions=LENGTH, **layers,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, suppress_tokens=None,
        begin_suppress_tokens=None,
    )  # fmt: skip
    ids = torch.randint(3, WORDS, (EXAMPLES, LENGTH))
    given = {"input_features": torch.randn(EXAMPLES, 16, 64), "decoder_input_ids": ids}

    def loss(output: Any) -> Tensor:
        return nn.functional.cross_entropy(output.logits.flatten(0, 1), ids.roll(-1, 1).flatten())

    return hf.WhisperForConditionalGeneration(config), given, loss


def lora(model: nn.Module) -> tuple[nn.Module, Any, Callable[[Any], Tensor]]:
    """Adapters of rank 4 beside frozen attention projections."""
    import peft

    return language(peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"])))
