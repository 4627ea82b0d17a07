"""Trainings that learn, among them the awkward kinds that might fool a diagnosis."""

from __future__ import annotations

from matrix.case import LOSS, SCORE, SECOND_SCORE, Healthy, Reading

CASES = (
    # plain CNN, learns
    Healthy("cnn_mnist", 0.9, SECOND_SCORE),
    # sparse autoencoder: negative bias, L1 on code, most units silent at a time
    Healthy("sparse_relu_l1", 0.02, LOSS),
    # pretrained CNN frozen, new head trained
    Healthy("frozen_backbone", 0.9, SCORE),
    # LoRA adapters (B=0) on frozen pretrained MLP
    Healthy("lora", 0.8, SCORE),
    # GAN that works
    Healthy("gan_ring", 1.5, Reading("mean")),
    # char transformer with long warm-up and cosine
    Healthy("gpt_warmup", 3.1, LOSS),
    # fine-tuning a good checkpoint with lr 1e-5; nothing much to learn
    Healthy("finetune_1e5", 0.9, SECOND_SCORE),
    # 1:30 classes but learnt with good recall; class weights
    Healthy("imbalanced_learning", 0.8, SCORE),
    # 40 residual blocks without norm, zero-initialised second layer
    Healthy("residual_40", 0.85, SECOND_SCORE),
    # autoencoder, sigmoid decoder, pixels 0..1, BCELoss
    Healthy("ae_sigmoid_bce", 0.04, Reading("error", 1)),
    # tanh output for targets in (-0.95, 0.95), SIREN-like sin activation written by hand
    Healthy("tanh_regression_fits", 0.02, LOSS),
    # log_softmax + NLLLoss, functional style
    Healthy("logsoftmax_nll", 0.85, SECOND_SCORE),
    # label smoothing 0.2, loss floor far above zero, OneCycle
    Healthy("label_smoothing", 0.85, SECOND_SCORE),
    # softmax regression with lr 5 that works
    Healthy("sgd_lr5", 0.85, SECOND_SCORE),
    # XOR, loss ~ 0 early, then thousands of idle steps
    Healthy("xor_to_zero", 0.01, LOSS),
    # only 14 steps, loss falls
    Healthy("short_run", 1.6, LOSS),
    # evaluation in the loop, early stopping, ReduceLROnPlateau, best-state restore
    Healthy("eval_early_stop", 0.82, SECOND_SCORE),
    # LSTM on a time series, hard gradient clipping at 0.1
    Healthy("lstm_clip", 0.05, LOSS),
    # pinball loss with three quantiles (N,3) vs (N,1)
    Healthy("quantile_loss", 0.2, LOSS),
    # VAE on 0..1 pixels, logvar head, sum reduction
    Healthy("vae_ok", 30, LOSS),
    # contextual bandit, actor-critic with entropy bonus, learns
    Healthy("actor_critic_ok", 0.85, SCORE),
    # triplet margin loss that goes to ~0
    Healthy("triplet_embed", 0.85, SECOND_SCORE),
    # word2vec with negative sampling on text that ships with Python, sparse Adam
    Healthy("skipgram", 2.5, LOSS),
    # gradient accumulation over 8 micro batches
    Healthy("grad_accumulation", 0.85, SECOND_SCORE),
    # shared trunk, regression + classification head, weights 1 and 0.05
    Healthy("multitask", 0.3, LOSS),
    # raw table columns, but BatchNorm first
    Healthy("batchnorm_raw_inputs", 0.8, SCORE),
    # one Linear on noisy data: R2 only 0.5, a linear model on purpose
    Healthy("linear_regression", 0.55, LOSS),
    # linear autoencoder with a narrow code (PCA), no activation on purpose
    Healthy("pca_linear_ae", 0.035, LOSS),
    # LBFGS with closure
    Healthy("lbfgs", 0.001, LOSS),
    # softmax output with MSE against one-hot: works
    Healthy("softmax_mse", 0.95, SECOND_SCORE),
    # heteroscedastic Gaussian NLL: loss goes below zero; exp for the variance
    Healthy("gaussian_nll", 0.1, Reading("error", 1)),
    # GRU over padded variable-length sequences, mostly padding index 0
    Healthy("gru_packed", 0.9, SECOND_SCORE),
    # embedding recommender with biases, small init, weight decay
    Healthy("matrix_factorisation", 0.3, LOSS),
    # bounded output 50*tanh(x) for targets up to 46 (mpg)
    Healthy("scaled_tanh_action", 15, LOSS),
    # bfloat16 autocast on CPU
    Healthy("bf16_autocast", 0.85, SECOND_SCORE),
    # distillation: frozen teacher from checkpoint, KL + CE
    Healthy("distill_ok", 0.85, SECOND_SCORE),
    # own focal loss on sigmoid probabilities, clamped, 1:12 imbalance, learns
    Healthy("focal_sigmoid_manual", 0.4, SECOND_SCORE),
    # log_softmax before CrossEntropyLoss: harmless
    Healthy("logsoftmax_into_ce", 0.85, SECOND_SCORE),
    # torch.log(softmax + eps) with nll_loss: right, if clumsy
    Healthy("log_of_softmax_nll", 0.9, SECOND_SCORE),
    # linear SVM with hinge loss, labels -1/+1, loss reaches ~0 on most batches
    Healthy("hinge_svm", 0.95, SECOND_SCORE),
    # BYOL-like: EMA target network, stop-gradient, cosine loss
    Healthy("simsiam_ema", 0.8, SECOND_SCORE),
    # physics-informed net: derivative through autograd.grad, loss without data
    Healthy("pinn_double_backward", 0.05, Reading("error", 1)),
    # WGAN-GP: critic 3 steps per generator step, loss of any sign
    Healthy("wgan_gp", 0.5, Reading("mean")),
    # VQ autoencoder with straight-through and detach in the loss
    Healthy("vq_straight_through", 0.03, LOSS),
    # 5-fold cross validation: five fresh models and optimizers one after the other
    Healthy("kfold", 0.9, SCORE),
    # truncated BPTT: hidden state carried over and detached
    Healthy("tbptt_char_rnn", 2.3, LOSS),
    # six sigmoid layers, but BatchNorm in front of each: learns
    Healthy("sigmoid_deep_batchnorm", 0.8, SECOND_SCORE),
    # softplus/ReLU output for counts that are never negative and learns
    Healthy("relu_output_counts", 6, LOSS),
    # heart disease: weak signal, Dropout 0.5, ends only somewhat below the base rate
    Healthy("noisy_hard_but_learns", 0.6, LOSS),
    # 6-bit parity among 16 bits... plateau first, then it learns everything
    Healthy("parity_plateau", 0.95, SECOND_SCORE),
    # 6 ReLU layers, torch's init, SGD momentum: 4 epochs plateau, then learns
    Healthy("deep_relu_late_bloomer", 0.7, SECOND_SCORE),
    # lr warms up linearly from 0 over 600 of 1500 steps
    Healthy("slow_warmup_from_zero", 0.85, SECOND_SCORE),
    # three sigmoid layers with Adam: plateau for the first few hundred steps, then learns
    Healthy("sigmoid3_late", 0.9, SECOND_SCORE),
)
