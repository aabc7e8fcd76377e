// Asks BuildKit's own parsers about Dockerfiles. One text a line on standard input (a JSON string), one answer a line:
// what it is refused for, or an empty string.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// refusal reads a text as a build does before it asks for any image: lines, then instructions with all their flags.
func refusal(text string) string {
	result, err := parser.Parse(strings.NewReader(text))
	if err == nil {
		_, _, err = instructions.Parse(result.AST, nil)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		if err := out.Encode(refusal(text)); err != nil {
			panic(err)
		}
	}
}
