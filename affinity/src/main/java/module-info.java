// SPDX-License-Identifier: Apache-2.0
/** Binds the workers of per-CPU pools to their CPUs. Optional: nothing depends on it. */
module dev.quern.affinity {
  requires affinity;
  requires dev.quern.spi;
  requires static org.jspecify;
  requires org.slf4j; // of affinity, which has no descriptor to say so

  provides dev.quern.spi.CpuBinder with
      dev.quern.affinity.AffinityBinder;
}
