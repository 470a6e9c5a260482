/**
 * Evaluates the admission policies of {@code deploy/admission} as a Kubernetes API server does,
 * against requests that were recorded from one.
 */
@NullMarked
package dev.azwg.deploy.policy;

import org.jspecify.annotations.NullMarked;
