//! Layers that read a sequence step by step, and what tells them which steps are real.

#[macro_use]
mod cell;

family! {
    bidirectional: Bidirectional, MergeMode => bidirectional BidirectionalRecipe;
    gru: Gru => gru GruRecipe;
    lstm: Lstm => lstm LstmRecipe;
    masking: Masking => masking MaskingRecipe;
    rnn: Rnn => simple_rnn SimpleRnnRecipe;
    stacked: Stacked;
    state: RecurrentState;
    time_distributed: TimeDistributed => time_distributed TimeDistributedRecipe;
}
