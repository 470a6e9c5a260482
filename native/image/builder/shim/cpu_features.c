/*
 * Which instruction set extensions this processor has: the check at the start of every executable.
 * CPUFeatures has one byte per feature, generated from the builder's declaration. Bit positions are
 * from the Intel SDM, volume 2A, CPUID, and the AMD64 manual, volume 3, appendix E.
 */
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "amd64cpufeatures.h"

struct registers {
  unsigned eax, ebx, ecx, edx;
};

static struct registers cpuid(unsigned leaf, unsigned subleaf) {
  struct registers r = {0, 0, 0, 0};
  if (!__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx)) memset(&r, 0, sizeof r);
  return r;
}

static char bit(uint64_t value, int n) {
  return (char)((value >> n) & 1u);
}

/* XCR0 says which register files the operating system saves; without that an extension is unusable. */
static uint64_t enabled_register_state(struct registers basic) {
  if (!bit(basic.ecx, 27)) return 0; /* OSXSAVE */
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

static void scalar_features(CPUFeatures *f, struct registers basic, struct registers extended, struct registers amd) {
  f->fTSC = bit(basic.edx, 4);
  f->fCX8 = bit(basic.edx, 8);
  f->fCMOV = bit(basic.edx, 15);
  f->fFLUSH = bit(basic.edx, 19);
  f->fMMX = bit(basic.edx, 23);
  f->fFXSR = bit(basic.edx, 24);
  f->fSSE = bit(basic.edx, 25);
  f->fSSE2 = bit(basic.edx, 26);
  f->fHT = bit(basic.edx, 28);
  f->fSSE3 = bit(basic.ecx, 0);
  f->fCLMUL = bit(basic.ecx, 1);
  f->fSSSE3 = bit(basic.ecx, 9);
  f->fSSE4_1 = bit(basic.ecx, 19);
  f->fSSE4_2 = bit(basic.ecx, 20);
  f->fPOPCNT = bit(basic.ecx, 23);
  f->fAES = bit(basic.ecx, 25);
  f->fHV = bit(basic.ecx, 31);
  f->fLZCNT = bit(amd.ecx, 5);
  f->fSSE4A = bit(amd.ecx, 6);
  f->fAMD_3DNOW_PREFETCH = bit(amd.ecx, 8) || bit(amd.edx, 31);
  f->fRDTSCP = bit(amd.edx, 27);
  f->fBMI1 = bit(extended.ebx, 3);
  f->fBMI2 = bit(extended.ebx, 8);
  f->fERMS = bit(extended.ebx, 9);
  f->fRTM = bit(extended.ebx, 11);
  f->fADX = bit(extended.ebx, 19);
  f->fFLUSHOPT = bit(extended.ebx, 23);
  f->fCLWB = bit(extended.ebx, 24);
  f->fSHA = bit(extended.ebx, 29);
  f->fPKU = bit(extended.ecx, 3);
  f->fOSPKE = bit(extended.ecx, 4);
  f->fCET_SS = bit(extended.ecx, 7);
  f->fGFNI = bit(extended.ecx, 8);
  f->fRDPID = bit(extended.ecx, 22);
  f->fFSRM = bit(extended.edx, 4);
  f->fSERIALIZE = bit(extended.edx, 14);
  f->fCET_IBT = bit(extended.edx, 20);
}

static void avx_features(CPUFeatures *f, struct registers basic, struct registers extended, struct registers extended1) {
  f->fAVX = 1;
  f->fVZEROUPPER = 1;
  f->fFMA = bit(basic.ecx, 12);
  f->fF16C = bit(basic.ecx, 29);
  f->fAVX2 = bit(extended.ebx, 5);
  f->fSHA512 = bit(extended1.eax, 0);
  f->fAVX_IFMA = bit(extended1.eax, 23);
}

static void avx512_features(CPUFeatures *f, struct registers extended, struct registers extended1) {
  f->fAVX512F = 1;
  f->fAVX512DQ = bit(extended.ebx, 17);
  f->fAVX512_IFMA = bit(extended.ebx, 21);
  f->fAVX512PF = bit(extended.ebx, 26);
  f->fAVX512ER = bit(extended.ebx, 27);
  f->fAVX512CD = bit(extended.ebx, 28);
  f->fAVX512BW = bit(extended.ebx, 30);
  f->fAVX512VL = bit(extended.ebx, 31);
  f->fAVX512_VBMI = bit(extended.ecx, 1);
  f->fAVX512_VBMI2 = bit(extended.ecx, 6);
  f->fAVX512_VAES = bit(extended.ecx, 9);
  f->fAVX512_VPCLMULQDQ = bit(extended.ecx, 10);
  f->fAVX512_VNNI = bit(extended.ecx, 11);
  f->fAVX512_BITALG = bit(extended.ecx, 12);
  f->fAVX512_VPOPCNTDQ = bit(extended.ecx, 14);
  f->fAVX512_FP16 = bit(extended.edx, 23);
  if (bit(extended1.edx, 19)) {
    unsigned version = cpuid(0x24, 0).ebx & 0xff;
    f->fAVX10_1 = version >= 1;
    f->fAVX10_2 = version >= 2;
  }
}

void determineCPUFeatures(CPUFeatures *f) {
  memset(f, 0, sizeof *f);
  struct registers none = {0, 0, 0, 0};
  struct registers basic = cpuid(1, 0);
  struct registers extended = cpuid(7, 0);
  struct registers extended1 = extended.eax >= 1 ? cpuid(7, 1) : none;
  scalar_features(f, basic, extended, cpuid(0x80000001u, 0));
  f->fTSCINV = bit(cpuid(0x80000007u, 0).edx, 8);
  f->fTSCINV_BIT = f->fTSCINV;

  uint64_t state = enabled_register_state(basic);
  int ymm = (state & 0x6) == 0x6;
  int zmm = ymm && (state & 0xe0) == 0xe0;
  if (ymm && bit(basic.ecx, 28)) avx_features(f, basic, extended, extended1);
  if (zmm && bit(extended.ebx, 16)) avx512_features(f, extended, extended1);
  if (bit(state, 19)) f->fAPX_F = bit(extended1.edx, 21);
}

/* The mask has 0xfe for each feature that the image was compiled for and 0xff elsewhere. */
static int sufficient(const char *mask) {
  CPUFeatures features;
  determineCPUFeatures(&features);
  const char *have = (const char *)&features;
  for (size_t i = 0; i < sizeof features; i++) {
    if ((unsigned char)(have[i] | mask[i]) != 0xff) return 0;
  }
  return 1;
}

/* 0 means that this machine will do. */
int checkCPUFeatures(const char *mask) {
  return !sufficient(mask);
}

int checkCPUFeaturesOrExit(const char *mask, const char *message) {
  if (!sufficient(mask)) {
    fputs(message, stderr);
    exit(1);
  }
  return 0;
}
