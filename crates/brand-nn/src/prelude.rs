//! What most programs use: `use brand_nn::prelude::*;`.

pub use crate::{Error, Result};
pub use brand_nn_autodiff::{Gradients, Init, Param, ParamSet, Params, Var};
pub use brand_nn_layers::{
    Activation, AdditiveAttention, AlphaDropout, AttentionMask, AttentionPool, AvgPool1d,
    AvgPool2d, BatchNorm, Bidirectional, Branches, Call, Conv1d, Conv2d, ConvTranspose1d,
    ConvTranspose2d, Crf, CrossNetwork, Dropout, Embedding, EmbeddingBag, FactorizationMachine,
    FeedForward, Flatten, Flow, GatedFeedForward, GaussianNoise, Glu, Graph, GraphBuilder,
    GroupNorm, Gru, Lambda, Layer, LayerNorm, Linear, Lstm, Mask, Masking, MaxPool1d, MaxPool2d,
    Merge, MergeMode, MultiHeadAttention, Network, Nonlinearity, Pass, PositionEmbedding,
    RecurrentState, Residual, RmsNorm, Rnn, RotaryEmbedding, SeparableConv1d, SeparableConv2d,
    Sequential, SinePositionEncoding, SpatialDropout, Stacked, TargetAttention, TimeDistributed,
    TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer,
    TransformerOptions, activation, attention_pool, avg_pool1d, avg_pool2d, batch_norm,
    bidirectional, branches, conv1d, conv2d, dense, dropout, embedding, embedding_bag,
    feed_forward, flatten, gated_feed_forward, global_avg_pool, global_max_pool, group_norm, gru,
    layer_norm, lstm, masking, max_pool1d, max_pool2d, multi_head_attention, position_embedding,
    repeat_vector, reshape, residual, rms_norm, separable_conv1d, separable_conv2d, simple_rnn,
    sine_position_encoding, spatial_dropout, time_distributed, transformer_encoder_layer,
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
#[cfg(feature = "report")]
pub use brand_nn_train::HtmlReport;
pub use brand_nn_train::{
    Accuracy, Auc, BagOfWords, Batch, BatchSizeFinder, Batches, Callback, Checkpoint, Column,
    ColumnTransformer, ColumnType, ConfusionMatrix, CsvLogger, DataLoader, DataSet, Date,
    DateFeatures, EarlyStopping, Ema, Encoding, Ensemble, Epoch, Examples, F1, Fit,
    FittedColumnTransformer, FittedLabelEncoder, Fold, Hashing, History, Imputer, JsonLogger,
    KFold, LabelEncoder, LrScheduler, Metric, MinMaxScaler, Model, ModelCheckpoint, OneHot,
    Ordinal, Precision, Progress, QuantileBins, RateFinder, Recall, ReduceLrOnPlateau,
    RobustScaler, SavedModel, Schema, Scores, Search, Sequences, Snapshots, Space, Spread,
    StandardScaler, StopSignal, Table, TablePieces, TableReader, TargetEncoder, TensorBoard,
    TerminateOnNan, TextAugmenter, TextColumns, TextSet, TimeSeriesSplit, Trainer, TrainingStep,
    Transformer, Weights, augment, bagging, confusion_matrix, corpus, cross_validate, group_split,
    leave_last_out, mc_dropout, mixup, noise, out_of_fold, stratified_split, time_split,
    train_test_split,
};
