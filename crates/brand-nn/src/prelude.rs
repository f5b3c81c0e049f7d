//! What most programs use: `use brand_nn::prelude::*;`.

pub use crate::{Error, Result};
pub use brand_nn_autodiff::{Gradients, Init, Param, ParamSet, Params, Var};
pub use brand_nn_layers::{
    Activation, Call, Dropout, Embedding, Flatten, Layer, Linear, Lstm, Network, Pass, Sequential,
    dense, dropout, embedding, flatten, lstm,
};
pub use brand_nn_losses::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, CrossEntropy, Loss, MeanSquaredError,
    bce_with_logits, binary_cross_entropy, cross_entropy, mse,
};
pub use brand_nn_optim::{Adam, AdamW, Cosine, Optimizer, Schedule, Sgd};
pub use brand_nn_tensor::{DType, Rng, Shape, Tensor};
pub use brand_nn_text::{
    FittedWordTokenizer, PadOptions, Side, Splitter, WordTokenizer, pad_sequences,
};
pub use brand_nn_train::{
    Accuracy, Auc, Batch, Callback, ConfusionMatrix, DataLoader, DataSet, EarlyStopping, Epoch, F1,
    Fit, History, Metric, Model, Precision, Progress, Recall, SavedModel, Scores, TextColumns,
    TextSet, Trainer, confusion_matrix, corpus, stratified_split, train_test_split,
};
