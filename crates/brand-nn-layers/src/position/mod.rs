//! Where a step stands: what is added to it, or what attention is told.

mod table;

family! {
    alibi: Alibi;
    learned: PositionEmbedding => position_embedding PositionEmbeddingRecipe;
    rotary: RotaryEmbedding;
    sine: SinePositionEncoding => sine_position_encoding SinePositionEncodingRecipe;
}
