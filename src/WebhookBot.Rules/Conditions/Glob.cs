namespace WebhookBot.Rules.Conditions;

/// <summary>
/// A pattern with <c>*</c> (anything but a slash) and <c>**</c> (anything). <c>**/</c> at the start or after a slash also stands for
/// nothing, so that <c>**/*.md</c> finds <c>README.md</c>. Everything else is literal. Takes time linear in pattern times text.
/// </summary>
public sealed class Glob
{
    private readonly Token[] _tokens;

    /// <summary>Reads a pattern; every text is one.</summary>
    public Glob(string pattern)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '*')
            {
                tokens.Add(new Token(TokenKind.Literal, pattern[i]));
                continue;
            }

            var stars = i;
            while (i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                i++;
            }

            var isWhole = stars == 0 || pattern[stars - 1] == '/';
            if (i > stars && isWhole && i + 1 < pattern.Length && pattern[i + 1] == '/')
            {
                tokens.Add(new Token(TokenKind.Folders, '\0'));
                i++;
            }
            else
            {
                tokens.Add(new Token(i > stars ? TokenKind.Anything : TokenKind.Name, '\0'));
            }
        }

        _tokens = [.. tokens];
    }

    private enum TokenKind
    {
        Literal,
        Name,
        Anything,
        Folders,
    }

    /// <summary>True when the text holds a star.</summary>
    public static bool IsPattern(string text) => text.Contains('*', StringComparison.Ordinal);

    /// <summary>Whether the whole text fits.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        // The set of pattern positions reachable so far, advanced one character at a time: no backtracking, whatever the pattern.
        Span<bool> now = _tokens.Length < 256 ? stackalloc bool[_tokens.Length + 1] : new bool[_tokens.Length + 1];
        Span<bool> next = _tokens.Length < 256 ? stackalloc bool[_tokens.Length + 1] : new bool[_tokens.Length + 1];
        now[0] = true;
        var afterSlash = true;
        SkipOptional(now, afterSlash);
        foreach (var c in text)
        {
            next.Clear();
            for (var i = 0; i < _tokens.Length; i++)
            {
                if (now[i])
                {
                    Advance(i, c, next);
                }
            }

            afterSlash = c == '/';
            SkipOptional(next, afterSlash);
            if (!next.Contains(true))
            {
                return false;
            }

            next.CopyTo(now);
        }

        return now[_tokens.Length];
    }

    private void Advance(int i, char c, Span<bool> next)
    {
        switch (_tokens[i].Kind)
        {
            case TokenKind.Literal:
                next[i + 1] |= c == _tokens[i].Character;
                break;
            case TokenKind.Name:
                next[i] |= c != '/';
                break;
            default:
                next[i] = true;
                break;
        }
    }

    private void SkipOptional(Span<bool> positions, bool afterSlash)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            var canEnd = _tokens[i].Kind switch
            {
                TokenKind.Literal => false,
                TokenKind.Folders => afterSlash,
                _ => true,
            };
            positions[i + 1] |= positions[i] && canEnd;
        }
    }

    private readonly record struct Token(TokenKind Kind, char Character);
}
