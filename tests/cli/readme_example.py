"""Does what a chapter of the README says, and holds what comes out against what it shows.

python3 readme_example.py README CHAPTER PROGRAM, in an empty folder with what the chapter needs.

```console   lines behind "$ " are commands, ./run being the program; below them what they print, in
             which a line "..." stands for any number of lines
```diff      an edit of the file that was named last, in backquotes, before the block
```anything  the content of that file
"""
import os, re, subprocess, sys

readme, chapter, program = sys.argv[1:]
text = open(readme, encoding="utf-8").read()
body = re.search(rf"^## {re.escape(chapter)}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
if not body:
    sys.exit(f"{readme} has no chapter \"{chapter}\"")


def run(command):
    if not os.path.islink("run"):
        os.symlink(program, "run")
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"$ {command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.rstrip("\n")


def check(command, shown):
    printed = run(command)
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown)
    if not re.fullmatch(pattern, printed + "\n" if printed else ""):
        sys.exit(f"$ {command}\nprints\n{printed}\nand the README shows\n" + "\n".join(shown))


def console(lines):
    command, shown = None, []
    for line in lines + ["$ "]:
        if line.startswith("$ "):
            if command:
                check(command, shown)
            command, shown = line[2:], []
        else:
            shown.append(line)


def edit(path, lines):
    before = "".join(line[1:] + "\n" for line in lines if line[0] in " -")
    after = "".join(line[1:] + "\n" for line in lines if line[0] in " +")
    content = open(path, encoding="utf-8").read()
    if content.count(before) != 1:
        sys.exit(f"{path} has {content.count(before)} places for this edit:\n" + "\n".join(lines))
    open(path, "w", encoding="utf-8").write(content.replace(before, after))


count, end = 0, 0
for block in re.finditer(r"^```(\w+)\n(.*?)^```$", body.group(1), re.S | re.M):
    kind, lines = block.group(1), block.group(2).splitlines()
    if kind == "console":
        console(lines)
    else:
        path = re.findall(r"`([^`\n]+)`", body.group(1)[end:block.start()])[-1]
        if kind == "diff":
            edit(path, lines)
        else:
            open(path, "x", encoding="utf-8").write(block.group(2))
    count, end = count + 1, block.end()
print(f"{count} blocks of \"{chapter}\"")
sys.exit(count == 0)
