//! Transformers: attention and two linear maps, each with a norm and a way round it.

mod residual;

family! {
    decoder_layer: TransformerDecoderLayer;
    encoder_layer: TransformerEncoderLayer
        => transformer_encoder_layer TransformerEncoderLayerRecipe;
    options: TransformerOptions;
    stack: TransformerDecoder, TransformerEncoder;
}
