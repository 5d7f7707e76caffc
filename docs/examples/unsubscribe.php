<?php
// The page behind the unsubscribe links of Publisher's emails, for any web space with PHP 7.4 or
// newer. Settings, in the environment or here:
//   PUBLISHER_KEYS  what `publish keys show` prints
//   LEFT_FILE       the file that tokens are appended to; must not be in the folder that the web sees
//   WEBHOOK         in its place or as well: where tokens are posted as JSON
declare(strict_types=1);

$keys = getenv('PUBLISHER_KEYS') ?: '';
$file = getenv('LEFT_FILE') ?: '';
$webhook = getenv('WEBHOOK') ?: '';

const TEXT = [
    'language' => 'en',
    'question' => 'Unsubscribe?',
    'explanation' => 'You will get no more emails of this newsletter.',
    'button' => 'Unsubscribe',
    'done' => 'You are unsubscribed.',
    'unknown' => 'This link is not valid. Please open the whole link from your email.',
    'failed' => 'That did not work. Please try again in a few minutes.',
];

// A token is a body, the id of a key, and an HMAC-SHA256 of "id:body", of which 16 bytes are there.
function is_valid(string $token, string $keys): bool
{
    if (!preg_match('/\A([A-Za-z0-9_-]{1,64})([0-9a-f]{4})([A-Za-z0-9_-]{22})\z/', $token, $found)) {
        return false;
    }
    [, $body, $id, $mac] = $found;
    foreach (preg_split('/[\s,]+/', $keys) as $key) {
        if (strncmp($key, "$id.", 5) === 0) {
            $secret = base64_decode(strtr(substr($key, 5), '-_', '+/'));
            $signed = substr(hash_hmac('sha256', "$id:$body", $secret, true), 0, 16);
            return hash_equals(rtrim(strtr(base64_encode($signed), '+/', '-_'), '='), $mac);
        }
    }
    return false;
}

function keep(string $token, string $file, string $webhook): bool
{
    $kept = $file === '' || @file_put_contents($file, "$token\n", FILE_APPEND | LOCK_EX) !== false;
    if ($webhook !== '') {
        $options = [
            'method' => 'POST',
            'header' => "Content-Type: application/json\r\nAccept: application/json",
            'content' => json_encode(['token' => $token]),
            'timeout' => 10,
        ];
        $kept = @file_get_contents($webhook, false, stream_context_create(['http' => $options])) !== false && $kept;
    }
    return $kept && $file . $webhook !== '';
}

function page(int $status, string $title, bool $asks = false): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    header("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    header('Referrer-Policy: no-referrer');
    header('X-Content-Type-Options: nosniff');
    header('X-Robots-Tag: noindex');
    $form = '<p>' . TEXT['explanation'] . '</p><form method="post"><button>' . TEXT['button'] . '</button></form>';
    echo '<!doctype html>
<html lang="', TEXT['language'], '">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>', $title, '</title>
<style>body{font:1.125rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}
button{font:inherit;padding:.6em 1.2em}</style>
<main><h1>', $title, '</h1>', $asks ? $form : '', '</main>
</html>';
}

// GET shows a page with one button and changes nothing, because mail scanners follow every link;
// POST unsubscribes, whether the button sends it or a mail service (RFC 8058).
$token = $_GET['token'] ?? ltrim($_SERVER['PATH_INFO'] ?? '', '/');
$method = $_SERVER['REQUEST_METHOD'] ?? 'GET';
if (!in_array($method, ['GET', 'HEAD', 'POST'], true)) {
    http_response_code(405);
    header('Allow: GET, HEAD, POST');
} elseif (!is_string($token) || !is_valid($token, $keys)) {
    page(404, TEXT['unknown']);
} elseif ($method !== 'POST') {
    page(200, TEXT['question'], true);
} elseif (keep($token, $file, $webhook)) {
    page(200, TEXT['done']);
} else {
    error_log('unsubscribe.php: the token could not be kept; set LEFT_FILE or WEBHOOK');
    page(503, TEXT['failed']);
}
