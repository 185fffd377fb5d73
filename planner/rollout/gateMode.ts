/** How a deployment is checked before it receives traffic. */

/**
 * `auto`: test requests; if this machine can't reach the endpoint and no deployment has traffic yet, the state in Azure Resource Manager.
 * `runner`: test requests from the machine that runs the program. `controlPlane`: the state in Azure Resource Manager. `off`: no checks.
 */
export const gateModes = ["auto", "runner", "controlPlane", "off"] as const;

export type GateMode = (typeof gateModes)[number];

/** The gate of an endpoint whose stack file doesn't set it. */
export const defaultGate = "auto" satisfies GateMode;

/** Whether the gate sends test requests. */
export const sendsRequests: Readonly<Record<GateMode, boolean>> = { auto: true, runner: true, controlPlane: false, off: false };
