export { type ChainStep, EMPTY_STEP, type EscalationChain, STEP_TYPES, type StepType, type StepValues } from './settings/chain.ts';
export { createChain, deleteChain, findChain, listChains, updateChain } from './settings/chain-store.ts';
export { createStep, deleteStep, findStep, listSteps, updateStep } from './settings/step-store.ts';
