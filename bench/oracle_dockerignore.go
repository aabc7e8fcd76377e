// Asks moby/patternmatcher what an ignore file keeps out. One question a line on standard input, one answer a line.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type question struct {
	Text  string   `json:"text"`
	Paths []string `json:"paths"`
}

type answer struct {
	Error    string `json:"error"`
	Excluded []bool `json:"excluded"`
}

// excluded goes down to a path as the walk over a build context does.
func excluded(matcher *patternmatcher.PatternMatcher, path string) (bool, error) {
	var above patternmatcher.MatchInfo
	var verdict bool
	var err error
	parts := strings.Split(path, "/")
	for depth := range parts {
		verdict, above, err = matcher.MatchesUsingParentResults(strings.Join(parts[:depth+1], "/"), above)
		if err != nil {
			return false, err
		}
	}
	return verdict, nil
}

func judge(asked question) answer {
	patterns, err := ignorefile.ReadAll(strings.NewReader(asked.Text))
	if err != nil {
		return answer{Error: err.Error()}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return answer{Error: err.Error()}
	}
	said := answer{Excluded: []bool{}}
	for _, path := range asked.Paths {
		verdict, err := excluded(matcher, path)
		if err != nil {
			return answer{Error: err.Error()}
		}
		said.Excluded = append(said.Excluded, verdict)
	}
	return said
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(judge(asked)); err != nil {
			panic(err)
		}
	}
}
