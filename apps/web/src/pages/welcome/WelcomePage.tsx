import { Check } from 'lucide-react';
import { useForbidden } from '../../api/session.ts';
import { finishStep, nextStep, STEPS, type StepName, useProgress } from '../../features/guided-setup/progress.ts';
import { cx, EmptyState, Page } from '../../ui/index.ts';
import { ChainStep } from './ChainStep.tsx';
import { IntegrationStep } from './IntegrationStep.tsx';
import { PeopleStep } from './PeopleStep.tsx';
import { welcomeRoute } from './routes.ts';
import { ScheduleStep } from './ScheduleStep.tsx';
import { TestStep } from './TestStep.tsx';

const NAMES: Readonly<Record<StepName, string>> = {
  people: 'People',
  schedule: 'Schedule',
  chain: 'Escalation chain',
  integration: 'Integration',
  test: 'Test',
};
const FORMS = { people: PeopleStep, schedule: ScheduleStep, chain: ChainStep, integration: IntegrationStep, test: TestStep };

/** The guided setup: five steps that make real objects and prove that a page reaches the person (web-ui.md 3.1). */
export function WelcomePage() {
  const progress = useProgress();
  const search = welcomeRoute.useSearch();
  const navigate = welcomeRoute.useNavigate();
  const forbidden = useForbidden('integrations:write');
  const step = search.step ?? nextStep(progress) ?? 'test';
  const Form = FORMS[step];
  const open = (to: StepName) => void navigate({ search: { step: to } });
  const goOn = () => open(STEPS[STEPS.indexOf(step) + 1] ?? 'test');
  if (forbidden !== null) {
    return (
      <Page title="Guided setup">
        <EmptyState title="You may not set up the organization">{forbidden}</EmptyState>
      </Page>
    );
  }
  return (
    <Page
      title="Welcome to Tocsin"
      description="Five short steps from nothing to a page that reaches you. Each makes real objects that you can change later, and each can be skipped."
      width="reading"
    >
      <ol aria-label="Steps" className="mb-6 flex flex-wrap gap-2">
        {STEPS.map((name, index) => {
          const done = progress.done.includes(name);
          return (
            <li key={name}>
              <button
                type="button"
                aria-current={name === step ? 'step' : undefined}
                onClick={() => open(name)}
                className={cx(
                  'flex items-center gap-2 rounded-full border py-1 pr-3 pl-1 pointer-coarse:min-h-11',
                  name === step
                    ? 'border-accent bg-accent-soft font-medium'
                    : 'border-line bg-surface text-muted hover:text-text',
                )}
              >
                <span
                  className={cx(
                    'flex size-6 items-center justify-center rounded-full text-[0.86rem] font-medium',
                    done ? 'bg-ok-soft text-ok' : 'bg-sunken text-text',
                  )}
                >
                  {done ? <Check className="size-3.5" aria-hidden /> : index + 1}
                </span>
                {NAMES[name]}
                {done && <span className="sr-only">, done</span>}
              </button>
            </li>
          );
        })}
      </ol>
      <div className="rounded-xl border border-line bg-surface p-5 shadow-card sm:p-7">
        <Form
          key={step}
          progress={progress}
          onDone={goOn}
          onSkip={() => {
            finishStep(step, {}, true);
            if (step === 'test') void navigate({ to: '/', search: {} });
            else goOn();
          }}
        />
      </div>
    </Page>
  );
}
