import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { Failure } from './exec.mjs';

const windows = process.platform === 'win32';

const advice = {
  compiler: {
    linux:
      'Debian, Ubuntu: apt-get install g++ make; Fedora: dnf install gcc-c++ make; Alpine: apk add g++ make',
    darwin: 'xcode-select --install',
    win32: 'Visual Studio Build Tools 2022 with "Desktop development with C++"',
  },
  python: {
    linux:
      'Debian, Ubuntu: apt-get install python3; Fedora: dnf install python3; Alpine: apk add python3',
    darwin: 'xcode-select --install',
    win32: 'winget install Python.Python.3.13',
  },
  clang: {
    linux: 'Debian: apt-get install clang-19 libclang-rt-19-dev',
  },
  cmake: {
    linux:
      'Debian, Ubuntu: apt-get install cmake ninja-build; Fedora: dnf install cmake ninja-build',
    darwin: 'brew install cmake ninja',
    win32: 'winget install Kitware.CMake Ninja-build.Ninja',
  },
  spin: {
    linux: 'Debian, Ubuntu: apt-get install spin; others: https://spinroot.com',
    darwin: 'brew install spin',
  },
};

/** What node-gyp needs to build the addon. */
export function checkNativeTools() {
  checkPython();
  // On Windows node-gyp itself looks for Visual Studio, and says what it missed.
  if (windows) return;
  if (!works('make', ['--version'])) throw missing('make', 'compiler');
  checkCompiler();
}

/** What the C++ tests need; returns the CMake generator to use. */
export function checkCMake() {
  if (!windows) checkCompiler();
  if (!works('cmake', ['--version'])) throw missing('CMake', 'cmake');
  if (works('ninja', ['--version'])) return 'Ninja';
  if (works('make', ['--version'])) return 'Unix Makefiles';
  if (windows) return 'Visual Studio 17 2022';
  throw missing('ninja or make', 'cmake');
}

/** What verifies the models; returns the C compiler to use. */
export function checkModelTools() {
  if (!works('spin', ['-V'])) throw missing('spin', 'spin');
  const compilers = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang'];
  const found = compilers.find((compiler) => works(compiler, ['--version']));
  if (!found) throw missing('a C compiler', 'compiler');
  return found;
}

/**
 * What the fuzzers need besides. Returns the compilers, and the library to load before a program that was built without
 * AddressSanitizer.
 */
export function checkClang() {
  const [c, cxx] = ['clang-19', 'clang++-19'];
  if (!works(c, ['--version']) || !works(cxx, ['--version'])) throw missing('clang 19', 'clang');
  const library = ['-print-file-name=libclang_rt.asan-x86_64.so'];
  const asan = spawnSync(cxx, library, { encoding: 'utf8' }).stdout.trim();
  // It gives back the name alone of what it does not find.
  if (!isAbsolute(asan)) throw missing('the runtime library of clang 19', 'clang');
  return { c, cxx, asan };
}

function checkCompiler() {
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  const found = compilers.find((compiler) => works(compiler, ['--version']));
  if (!found) throw missing('a C++20 compiler', 'compiler');
  const program =
    '#include <concepts>\n#include <version>\ntemplate <std::integral T> T f(T);\nint main() {}\n';
  if (!works(found, ['-std=gnu++20', '-fsyntax-only', '-x', 'c++', '-'], program)) {
    throw new Failure(
      `${found} is too old: it does not compile C++20 (GCC 11, Clang 14 or newer does). ${install('compiler')}`,
    );
  }
}

function checkPython() {
  const pythons = process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python'];
  const recent = ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'];
  if (!pythons.some((python) => works(python, recent)))
    throw missing('Python 3.8 or newer, for node-gyp', 'python');
}

const missing = (what, key) => new Failure(`${what} is missing. ${install(key)}`);

const install = (key) => `Install it: ${advice[key][process.platform] ?? advice[key].linux}`;

const works = (command, args, input = '') => spawnSync(command, args, { input }).status === 0;
