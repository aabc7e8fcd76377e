// Reads two versions a line, separated by a tab; writes the sign of their comparison by golang.org/x/mod/semver.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		one, other, _ := strings.Cut(in.Text(), "\t")
		if !semver.IsValid(one) || !semver.IsValid(other) {
			fmt.Fprintln(out, "x")
			continue
		}
		fmt.Fprintln(out, semver.Compare(one, other))
	}
}
