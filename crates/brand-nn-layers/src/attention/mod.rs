//! Attention: queries gather values by their keys.

mod sizes;

family! {
    additive: AdditiveAttention;
    mask: Attended, AttentionMask;
    multi_head: MultiHeadAttention => multi_head_attention MultiHeadAttentionRecipe;
    pool: AttentionPool => attention_pool AttentionPoolRecipe;
}
