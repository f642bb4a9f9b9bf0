/// The bytes of a file as the initializer of an array.

#include <cstdio>

int main(int count, char** words) {
  std::FILE* const file = count == 2 ? std::fopen(words[1], "rb") : nullptr;
  if (file == nullptr) return 1;
  for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) std::printf("%d,\n", byte);
  return std::ferror(file) != 0 || std::fclose(file) != 0 ? 1 : 0;
}
