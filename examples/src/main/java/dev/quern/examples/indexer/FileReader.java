// SPDX-License-Identifier: Apache-2.0
package dev.quern.examples.indexer;

import dev.quern.examples.indexer.Skip.Reason;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads text files, and says what it could not read and why. Opens regular files only. */
final class FileReader {
  private static final int SNIFF = 8192; // as git: a NUL in front means binary

  private final Path root;
  private final long maxSize;

  FileReader(Path root, long maxSize) {
    this.root = root;
    this.maxSize = maxSize;
  }

  /** What reading gave: the text, or why there is none. */
  sealed interface Result {
    record Text(String path, Stamp stamp, String text) implements Result {}

    record Unchanged(String path) implements Result {}

    record Skipped(Skip skip) implements Result {}
  }

  String name(Path file) {
    return root.relativize(file).toString().replace(File.separatorChar, '/');
  }

  /** Reads the file, unless it still bears the stamp with which it was indexed. */
  Result read(Path file, @org.jspecify.annotations.Nullable Stamp indexed) {
    String name = name(file);
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        return skipped(name, Reason.NOT_A_FILE, "");
      }
      if (!root.resolve(name).equals(file)) { // the index would take two such for one
        return skipped(name, Reason.UNREADABLE, "its name is not UTF-8");
      }
      Stamp stamp = Stamp.of(attributes); // taken first: a change while reading is seen next time
      if (stamp.equals(indexed)) {
        return new Result.Unchanged(name);
      }
      if (attributes.size() > maxSize) {
        return skipped(name, Reason.TOO_LARGE, attributes.size() + " bytes");
      }
      byte[] bytes = readUpTo(file, maxSize);
      if (bytes.length > maxSize) {
        return skipped(name, Reason.TOO_LARGE, "it grew");
      }
      return isBinary(bytes)
          ? skipped(name, Reason.BINARY, "")
          : new Result.Text(name, stamp, decode(bytes));
    } catch (NoSuchFileException e) {
      return skipped(name, Reason.UNREADABLE, "it vanished");
    } catch (AccessDeniedException e) {
      return skipped(name, Reason.UNREADABLE, "permission denied");
    } catch (IOException e) {
      return skipped(name, Reason.UNREADABLE, String.valueOf(e.getMessage()));
    } catch (OutOfMemoryError e) {
      return skipped(name, Reason.TOO_LARGE, "no memory for it");
    }
  }

  private static Result skipped(String name, Reason reason, String detail) {
    return new Result.Skipped(new Skip(name, reason, detail));
  }

  private static byte[] readUpTo(Path file, long limit) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
    }
  }

  private static boolean isBinary(byte[] bytes) {
    for (int i = 0; i < Math.min(bytes.length, SNIFF); i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1); // every byte is a character there
    }
  }
}
