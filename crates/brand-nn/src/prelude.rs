//! What most programs use: `use brand_nn::prelude::*;`.

pub use crate::{Error, Result};
pub use brand_nn_autodiff::{Gradients, Init, Param, ParamSet, Params, Var};
pub use brand_nn_layers::{
    Activation, Bidirectional, Call, Dropout, Embedding, Flatten, Flow, Gru, Layer, Linear, Lstm,
    Mask, Masking, MergeMode, Network, Nonlinearity, Pass, RecurrentState, Rnn, Sequential,
    Stacked, TimeDistributed, bidirectional, dense, dropout, embedding, flatten, gru, lstm,
    masking, simple_rnn, time_distributed,
};
pub use brand_nn_losses::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Bpr, Contrastive, CosineEmbedding,
    CrossEntropy, Ctc, Dice, Focal, GaussianNll, Hinge, Huber, InfoNce, JensenShannon,
    KlDivergence, ListMle, ListNet, LogCosh, Loss, MarginRanking, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, MultiMargin,
    NtXent, PoissonNll, Quantile, RankNet, SmoothL1, SquaredHinge, Triplet, Tweedie,
    ZeroInflatedLogNormal, bce_with_logits, binary_cross_entropy, cross_entropy, huber, mae, mse,
};
pub use brand_nn_optim::{
    Accumulate, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Average, Chained, Constraint,
    Cosine, CosineRestarts, Cyclic, Exponential, Ftrl, Group, InverseSqrt, Lamb, LazyAdam, Lbfgs,
    Lion, MultiStep, Muon, NAdam, OneCycle, Optimizer, Plateau, Polynomial, RAdam, RmsProp, Sam,
    Schedule, Sequence, Sgd, StepDecay, WarmUp, clip_adaptive,
};
pub use brand_nn_tensor::{DType, Rng, Shape, Tensor};
pub use brand_nn_text::{
    FittedWordTokenizer, PadOptions, Side, Splitter, WordTokenizer, pad_sequences,
};
pub use brand_nn_train::{
    Accuracy, Auc, Batch, Callback, ConfusionMatrix, DataLoader, DataSet, EarlyStopping, Epoch, F1,
    Fit, History, Metric, Model, Precision, Progress, Recall, SavedModel, Scores, TextColumns,
    TextSet, Trainer, confusion_matrix, corpus, stratified_split, train_test_split,
};
