/** Entry point of the policy pack. Pulumi's engine starts it in the pack's own folder. */
import { PolicyPack } from "@pulumi/policy";
import { packPolicies } from "./policies";

new PolicyPack("moor", { policies: [...packPolicies()], enforcementLevel: "mandatory" });
