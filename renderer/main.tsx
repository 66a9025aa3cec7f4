import './before-anything.ts';
import '@mantine/core/styles.css';
import '@mantine/spotlight/styles.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { followCore } from './state/core-state.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

followCore();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
