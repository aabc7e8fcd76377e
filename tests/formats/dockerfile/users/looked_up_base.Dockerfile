FROM local/app:1
